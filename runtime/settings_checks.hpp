// What one row cannot know: values that follow from others, and rules between several settings.
#pragma once

#include "runtime/load_settings.hpp"

#include <string>
#include <vector>

namespace rltrader {

/// Fills in what follows from other values: pairs in their configured spelling, the artifact folder, demo's interval.
void settle_settings(loaded& state);

/// The rules between settings: production guards, fixtures, tokens, stores, intervals, windows, limits.
std::vector<setting_violation> check_settings(const loaded& state);

/// What is allowed and yet deserves a word.
std::vector<std::string> warn_of_settings(const loaded& state);

/// A selection that the table accepts and this version cannot serve.
struct missing_feature {
  std::string key;
  std::string sentence;
  friend bool operator==(const missing_feature&, const missing_feature&) = default;
};
/// With one of these the daemon does not start.
std::vector<missing_feature> not_built_in(const settings& values);
/// These have no effect in this version, and nothing depends on them.
std::vector<missing_feature> without_effect(const settings& values);

/// Who can reach a socket on an address: nobody, because it is none; this machine (127.0.0.0/8, ::1); others too.
enum class reach : unsigned char { none, this_machine, beyond };
reach reach_of(const std::string& address);
/// Whether the host of an address is BingX's own, the demo host included.
bool is_venue_host(std::string_view url);

}  // namespace rltrader
