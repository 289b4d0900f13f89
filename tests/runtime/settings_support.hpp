// Loads settings from texts, so that tests say only what they are about.
#pragma once

#include "runtime/load_settings.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace rltrader::test {

/// Everything a daemon could be given. The configuration file is conf.env, when it is not empty.
struct given {
  std::vector<std::string> arguments{};
  std::map<std::string, std::string> environment{};
  std::string file{};
  std::map<std::string, std::string> other_files{};
  start_mode mode = start_mode::serving;
};

inline loaded load(given from) {
  load_request request;
  if (!from.file.empty()) {
    from.other_files["conf.env"] = from.file;
    from.arguments.push_back("--config=conf.env");
  }
  request.line = read_command_line(from.arguments);
  request.environment = from.environment;
  request.mode = from.mode;
  request.read = [files = from.other_files](const std::string& path) -> result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return {errc::not_found, path + ": No such file or directory"};
    return found->second;
  };
  return load_settings(request);
}

/// The violations as they are printed, a text each.
inline std::vector<std::string> refusals(const loaded& state) {
  std::vector<std::string> out;
  for (const auto& v : state.violations) out.push_back(violation_text(v));
  return out;
}

inline std::vector<std::string> names(const std::vector<pair_name>& pairs) {
  std::vector<std::string> out;
  for (const auto& pair : pairs) out.push_back(pair.text());
  return out;
}

}  // namespace rltrader::test
