// One HTTP/1.1 request over a plain connection, answered before it returns: for programs that ask a daemon on this machine.
//
// No waiting has no end: connecting, each silence and the whole call are bounded, and so is the size of an answer.
#pragma once

#include "domain/result.hpp"
#include "domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rltrader {

struct http_request {
  std::string method = "GET";
  std::string host = "127.0.0.1";  ///< an address without brackets, "localhost", or a name
  std::uint16_t port = 0;
  std::string target = "/";  ///< path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< sent when not empty, or when the method changes something
};

struct http_limits {
  milliseconds connect = seconds{2};
  milliseconds silence = seconds{5};  ///< longest wait for the next piece of the answer
  milliseconds total = seconds{10};   ///< from the first look-up to the last byte
  std::size_t body_bytes_most = std::size_t{16} << 20;
};

struct http_answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  /// The first header of that name, given in lower case; null: none.
  const std::string* header(std::string_view name) const;
};

/// Failures: `unavailable` nobody listens there, so nothing was sent; `not_found` the name has no address; `timed_out`;
/// `out_of_bounds` the answer is too large; `malformed` a request that cannot be sent, or an answer that is no HTTP or
/// broke off. After `timed_out`, `out_of_bounds` and `malformed` a changing request may have been carried out.
result<http_answer> http_call(const http_request& request, const http_limits& limits = {});

}  // namespace rltrader
