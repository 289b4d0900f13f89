// What `rltraderd replay` can be asked for, and how its arguments are read.
#pragma once

#include "domain/market.hpp"
#include "domain/result.hpp"
#include "runtime/logging.hpp"
#include "runtime/settings.hpp"
#include "runtime/world.hpp"
#include "sim/venue_settings.hpp"

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace rltrader {

enum class progress_style : unsigned char { automatic, bar_on_terminal, plain_lines, silent };

struct replay_options {
  std::vector<std::string> paths;
  std::optional<std::string> pair;  ///< as given; resolved against the supported ones
  std::optional<rltrader::interval> interval;
  std::optional<instant> from;  ///< bars that open then or later
  std::optional<instant> to;    ///< bars that open before then
  double speed = 0;             ///< market seconds a second; 0: as fast as it goes
  bool json = false;            ///< the report for programs, on the output; all else goes to the error output
  progress_style progress = progress_style::automatic;
  /// From the settings: supported pairs, primary interval, contexts, policy, balance, limits, seed.
  desk_terms terms;
  sim::venue_settings venue;
  logging_options log{.level = log_threshold::warn_and_up};
  std::stop_token stop;  ///< asked to stop: what was played so far is reported
};

inline constexpr const char* replay_usage =
    "usage: rltraderd replay PATH... [--speed=max|N] [--json] [--pair=PAIR] [--interval=INTERVAL] [--from=TIME] "
    "[--to=TIME]\n"
    "                              [--progress=auto|bar|lines|none] [FLAGS of settings, such as --policy or --seed]\n"
    "  PATH      files or folders of .csv and .csv.gz: timestamp_ms,open,high,low,close,volume, or funding rates\n"
    "  --speed   market seconds a second; max (the default) goes as fast as it can\n"
    "  TIME      a day (2025-07-04) or a moment (2025-07-04T12:00:00Z)\n";

/// What the settings say, and what the words say that name no setting; the failure is a sentence for the user.
result<replay_options> replay_options_of(std::span<const std::string> words, const settings& values);
/// The words alone, over `defaults`.
result<replay_options> read_replay_arguments(std::span<const std::string> words, replay_options defaults);

}  // namespace rltrader
