// `rltraderd replay`: recorded markets through the same actors, deterministic, with a report at the end.
#pragma once

#include "runtime/replay_drive.hpp"
#include "runtime/replay_options.hpp"
#include "runtime/replay_report.hpp"

#include <iosfwd>

namespace rltrader {

/// The series that decide: of each pair the one of the wanted interval, else of its shortest one. Each interval is a desk
/// and an account of its own, played one after the other. What is not played is said in `notes`.
std::vector<replay_part> plan_replay(const recorded_market& market, const replay_options& options,
                                     std::vector<std::string>& notes);

inline constexpr int replay_ok = 0;
inline constexpr int replay_failed = 1;  ///< a file was refused, or the desk failed; what could be played is reported
inline constexpr int replay_usage_error = 2;  ///< an argument makes no sense
inline constexpr int replay_nothing = 4;      ///< nothing usable was found
inline constexpr int replay_stopped = 130;    ///< asked to stop; what was played is reported

/// The whole command: reads, plays, reports to `out`; progress and complaints go to `err`. Returns an exit code.
int run_replay(const replay_options& options, std::ostream& out, std::ostream& err);
/// The same with a desk of the caller's.
int run_replay_with(const desk_maker& maker, const replay_options& options, std::ostream& out, std::ostream& err);

}  // namespace rltrader
