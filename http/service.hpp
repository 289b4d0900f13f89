// The way of a call: request id, cross-site check, route, token, input, Idempotency-Key, handler, answer.
//
// Everything here runs on the io thread. It knows neither sockets nor CAF: calls come in, replies go out.
#pragma once

#include "http/auth.hpp"
#include "http/idempotency.hpp"
#include "http/match.hpp"

#include <span>

namespace rltrader::http {

struct service_terms {
  credentials known;
  std::string cors_origin;            ///< comma-separated origins, `*`, or empty: only the same origin
  std::uint64_t seed = 1;             ///< of request ids
  std::function<instant()> wall_now;  ///< real time, for expiry and locks; market time may run faster
  std::function<double()> stopwatch;  ///< seconds, for latencies
};

class service {
 public:
  service(std::span<const route> table, environment& env, service_terms terms);

  void handle(call c, done answer);
  void set_credentials(credentials known) { door_.reload(std::move(known)); }
  void set_cors_origin(std::string origin) { terms_.cors_origin = std::move(origin); }

 private:
  using header_list = std::vector<std::pair<std::string, std::string>>;

  std::string make_request_id();
  /// Whether a browser page of another origin may read answers.
  bool allowed_origin(const std::string& origin) const;
  std::optional<problem> cross_site(const call& c, access needs) const;
  header_list headers_for(const call& c) const;
  void finish(method verb, const header_list& headers, std::string_view path, double began, reply r,
              const done& answer) const;
  void dispatch(const exchange_ptr& x, const matched& found);

  std::span<const route> table_;
  environment& env_;
  service_terms terms_;
  doorkeeper door_;
  idempotency keys_;
  std::uint64_t counter_ = 0;
};

}  // namespace rltrader::http
