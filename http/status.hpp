// Error codes as HTTP statuses, and refusals as RFC 9457 problem bodies.
#pragma once

#include "domain/result.hpp"
#include "http/call.hpp"
#include "wire/json.hpp"

namespace rltrader::http {

/// Why a call is not answered as asked.
struct problem {
  int status = 500;
  std::string code = "internal";   ///< stable word; also given as `error`, as older clients read it
  std::string detail;              ///< a sentence that names what was wrong and what is allowed
  std::vector<violation> details;  ///< each refused field
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A T, or why not.
template <class T>
using outcome = std::variant<T, problem>;

/// The body of a problem, as OpenAPI shows it.
struct problem_body {
  std::string type;
  std::string title;
  int status = 0;
  std::string detail;
  std::string code;
  std::string error;
  std::optional<std::vector<violation>> details;

  static constexpr auto type_name = "problem";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"type", &problem_body::type, "names the kind of problem"},
             field{"title", &problem_body::title, "the status in words"},
             field{"status", &problem_body::status, "the HTTP status"},
             field{"detail", &problem_body::detail, "what was wrong and what is allowed"},
             field{"code", &problem_body::code, "stable word"},
             field{"error", &problem_body::error, "the same word, for older clients"},
             field{"details", &problem_body::details, "each refused field and why"});
  }
};

int status_of(errc code);
std::string_view title_of(int status);
problem problem_of(const failure& f);
/// 400 that lists every violation.
problem problem_of(std::vector<violation> violations);
reply reply_of(const problem& p);

}  // namespace rltrader::http
