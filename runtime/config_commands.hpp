// What the daemon and rltraderctl print of the settings: checks, values with their origin, the example file, the page.
#pragma once

#include "runtime/load_settings.hpp"

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace rltrader {

/// One setting as it stands, for people and for GET /ops/config.
struct setting_view {
  std::string key;
  std::string value;  ///< masked when secret
  std::string origin;
  std::string sentence;
  bool secret = false;
  bool reloadable = false;
};
std::vector<setting_view> view_settings(const loaded& state);

/// Warnings and violations, or that all is well; what this version cannot serve counts as wrong. Returns 0 or 78.
int run_check_config(const loaded& state, std::ostream& out, std::ostream& err);

/// The words behind "config": show [--origin], print-example, print-page, check. Returns 0, 2 on usage, 78 as above.
int run_config_command(std::span<const std::string> words, const loaded& state, std::ostream& out, std::ostream& err);

/// KEY=VALUE lines of every setting, with # origin behind them when asked.
enum class origin_column : unsigned char { hidden, shown };
void print_settings(const loaded& state, origin_column origins, std::ostream& out);
/// config/rltrader.env: every key as a comment with its default.
void print_example(std::ostream& out);
/// docs/settings.md.
void print_page(std::ostream& out);
/// The flags, for --help.
void print_flags(std::ostream& out);

}  // namespace rltrader
