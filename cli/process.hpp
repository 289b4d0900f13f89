// What rltraderctl is given from outside, and what it ends with: with a process made by a test, every command runs without one.
#pragma once

#include "cli/screen.hpp"
#include "domain/time.hpp"
#include "runtime/load_settings.hpp"
#include "wire/http_client.hpp"

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace rltrader::cli {

/// What scripts can rely on.
enum class exit_code : int {
  done = 0,
  error = 1,          ///< the daemon or the command line's wish failed in some other way
  usage = 2,          ///< the command line makes no sense
  not_running = 3,    ///< nobody listens there
  configuration = 4,  ///< a setting is wrong
  timed_out = 5,      ///< no answer in time; whether it was done is not known
  refused = 6,        ///< understood, and not allowed: token, role, state or rule
};

struct process {
  std::vector<std::string> arguments;  ///< behind the program's name
  std::map<std::string, std::string> environment;
  file_reader read;
  std::function<result<http_answer>(const http_request&, const http_limits&)> call;
  std::function<std::string()> user;  ///< who runs this; asked for changes alone
  std::string unique;                 ///< of this run of the program: part of its Idempotency-Key
  terminal on;                        ///< what standard output is
  std::ostream& out;
  std::ostream& err;
};

/// The whole program.
exit_code run(const process& world);

}  // namespace rltrader::cli
