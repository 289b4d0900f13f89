// Lays the sources of settings over each other, checks everything, and reports all violations at once.
//
// Sources, strongest first: command-line flag, environment, configuration file, the defaults of a preset, those of the
// mode, those of the table. Any NAME may be given as NAME_FILE=path in the first three. All functions are pure: files are
// read through the reader that is passed, and the process's environment is not looked at.
#pragma once

#include "domain/result.hpp"
#include "runtime/settings.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

inline constexpr int exit_configuration = 78;  ///< EX_CONFIG of sysexits.h

/// What the daemon was started for; some defaults follow it.
enum class start_mode : unsigned char { serving, demonstration, replaying };
constexpr auto words(start_mode) {
  return std::array{word{start_mode::serving, "serve"}, word{start_mode::demonstration, "demo"},
                    word{start_mode::replaying, "replay"}};
}

enum class origin_kind : unsigned char { by_default, by_mode, by_preset, by_file, by_environment, by_flag };

/// Where a value came from.
struct origin {
  origin_kind from = origin_kind::by_default;
  std::string where;    ///< "conf.env:12", "--port", "demo"
  std::string through;  ///< the path, when the value was given as NAME_FILE
  friend bool operator==(const origin&, const origin&) = default;
};
/// "default", "default of demo", "conf.env:12", "environment, read from /run/token".
std::string origin_text(const origin& o);

/// One thing that is wrong: the key, its value (masked when secret), where it came from and what it must be.
struct setting_violation {
  std::string key;
  std::string value;  ///< as shown; empty where there is none to show
  std::string where;
  std::string problem;
  friend bool operator==(const setting_violation&, const setting_violation&) = default;
};
/// `PORT = "x" (conf.env:3) must be a whole number from 0 to 65535`
std::string violation_text(const setting_violation& v);

/// A flag that names a setting.
struct given_flag {
  std::string key;
  std::string value;
  std::string spelled;
  bool names_file = false;  ///< the value is the path of a file that holds it
};

/// The arguments after the program's name: settings taken out, everything else in order for the commands to judge.
struct command_line {
  std::vector<given_flag> given;
  std::vector<std::string> rest;
  std::vector<setting_violation> violations;
  std::vector<std::string> warnings;
};
/// --port=8787, --port 8787, --PORT=8787, --set PORT=8787, --api-token-file=path; RLTRADER_SEED also as --seed. A yes-or-no
/// flag stands alone for yes. Behind "--" nothing is a setting.
command_line read_command_line(std::span<const std::string> arguments);
/// What to say of a flag that nobody knows: names the nearest one.
std::string unknown_flag_text(std::string_view flag);

using file_reader = std::function<result<std::string>(const std::string& path)>;

struct load_request {
  command_line line;
  std::map<std::string, std::string> environment;
  file_reader read;
  start_mode mode = start_mode::serving;
};

/// A value of the file that a flag or the environment covers, so that changing the file changes nothing.
struct covered_value {
  std::string key;
  std::string where;  ///< "conf.env:12"
  std::string by;     ///< "environment", "--port"
  friend bool operator==(const covered_value&, const covered_value&) = default;
};

struct loaded {
  settings values;  ///< at their defaults where a violation stands in the way
  start_mode mode = start_mode::serving;
  std::map<std::string, origin, std::less<>> origins;  ///< of every key
  std::vector<setting_violation> violations;
  std::vector<std::string> warnings;
  std::vector<covered_value> covered;

  bool ok() const { return violations.empty(); }
  const origin& origin_of(std::string_view key) const { return origins.find(key)->second; }
};

loaded load_settings(const load_request& request);

/// All violations, a line each, under one heading; empty when there are none.
std::string violations_text(const loaded& result);

/// What SIGHUP would do.
struct reload_plan {
  std::vector<std::string> changed;        ///< keys that take effect
  std::vector<std::string> needs_restart;  ///< keys that changed and do not
  std::vector<covered_value> fixed;        ///< keys that the file sets and a flag or the environment covers
  std::vector<pair_name> pairs_added;
  std::vector<pair_name> pairs_removed;
  std::vector<setting_violation> violations;  ///< not empty: nothing may be applied
  settings values;                            ///< the present ones with what takes effect
};
/// Compares what runs with what was loaded anew; the mix of both is checked again, for a restart's half may be missing.
reload_plan plan_reload(const settings& now, const loaded& next);

/// Gold pairs, then crypto pairs: what resolve_pair is asked with.
std::vector<pair_name> supported_pairs(const settings& values);
/// The value of a key as it may be shown: secrets are masked, however short or long they are.
std::string shown_value(const settings& values, std::string_view key);
/// Every secret that is set, for the log's redaction: whole values, and the password inside an address.
std::vector<std::string> secret_values(const settings& values);

}  // namespace rltrader
