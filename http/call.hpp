// One request as it came off the wire, and what answers it.
#pragma once

#include "domain/describe.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rltrader::http {

enum class method : unsigned char { get, head, post, put, patch, drop, options, other };
constexpr auto words(method) {
  return std::array{word{method::get, "GET"},         word{method::head, "HEAD"},   word{method::post, "POST"},
                    word{method::put, "PUT"},         word{method::patch, "PATCH"}, word{method::drop, "DELETE"},
                    word{method::options, "OPTIONS"}, word{method::other, "?"}};
}
/// Whether a call of this kind may change anything.
constexpr bool changing(method m) {
  return m == method::post || m == method::put || m == method::patch || m == method::drop;
}

struct call {
  method verb = method::get;
  std::string path;                            ///< still percent-encoded, without the query
  std::string query;                           ///< still percent-encoded, without the question mark
  std::map<std::string, std::string> headers;  ///< names in lower case; of repeated ones the first
  std::string body;
  std::string peer;        ///< the address the call came from, without a port
  std::string request_id;  ///< X-Request-Id, echoed or made; the trace id

  /// The header's value, or nothing; `name` in lower case.
  const std::string* header(std::string_view name) const {
    const auto found = headers.find(std::string(name));
    return found == headers.end() ? nullptr : &found->second;
  }
};

struct reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Gives the reply; runs once, on the io thread.
using done = std::function<void(reply)>;

/// "%41b" -> "Ab"; nothing for a broken escape, a control character or text that is not UTF-8. A plus stays one.
std::optional<std::string> percent_decoded(std::string_view text);

using text_fields = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=x+y" as decoded pairs, in order; a plus is a space here. Nothing if a part cannot be decoded.
std::optional<text_fields> query_fields(std::string_view query);

/// Whether a text is 1..128 printable ASCII characters without quotes, commas, semicolons and backslashes: what a header
/// may carry into logs and audit.
bool plain_name(std::string_view text);

}  // namespace rltrader::http
