// Asks the daemon: addresses, headers, and what each status means to an operator.
#pragma once

#include "cli/process.hpp"
#include "wire/json.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rltrader::cli {

/// Where a daemon listens.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::string prefix;  ///< a path before every route; empty: none
  std::string text;    ///< as people read it

  friend bool operator==(const endpoint&, const endpoint&) = default;
};
/// `http://host[:port][/path]`, or host:port alone; port 8787 when none is said.
result<endpoint> parse_url(std::string_view text);

/// An answer that says yes: its bytes, and the same read.
struct answer {
  std::string raw;
  json body;
};
/// Why there is none: what to print and how to end.
struct trouble {
  exit_code code = exit_code::error;
  int status = 0;  ///< of the HTTP answer; 0: there was none
  std::vector<std::string> lines;
};
using outcome = std::variant<answer, trouble>;

/// The exit code of an HTTP status that says no.
exit_code exit_of(int status);
/// What a refusal says: its detail and each field with what was wrong.
trouble trouble_of(const http_answer& refused);

struct client_terms {
  endpoint where;
  std::string token;  ///< empty: none
  milliseconds timeout{};
};

class client {
 public:
  client(const process& world, client_terms terms) : world_(world), terms_(std::move(terms)) {}

  outcome get(const std::string& target) const;
  /// GET /health/ready: 503 is an answer too.
  outcome readiness() const;
  /// A changing call: `key` is its Idempotency-Key, empty for none. A null body is none.
  outcome change(const std::string& method, const std::string& target, const json& body, const std::string& key) const;
  const endpoint& where() const { return terms_.where; }

 private:
  outcome send(http_request request, bool may_have_changed, int also_good) const;
  trouble failed(const failure& why, bool may_have_changed) const;

  const process& world_;
  client_terms terms_;
};

}  // namespace rltrader::cli
