// The one unit of the HTTP client that sees Beast: a chain of waits on one io_context, run until it ends or time is up.
#include "wire/http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <optional>

namespace rltrader {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using net::ip::tcp;
using error = boost::system::error_code;

constexpr std::size_t header_bytes_most = 64 << 10;

std::string spoken(milliseconds span) {
  const auto ms = span.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

bool one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}
bool one_word(std::string_view text) {
  return !text.empty() && one_line(text) && text.find_first_of(" :") == std::string_view::npos;
}

/// What would make two requests of one, or none at all.
std::optional<failure> unfit(const http_request& r) {
  const bool target =
      !r.target.empty() && r.target[0] == '/' && one_line(r.target) && r.target.find(' ') == std::string::npos;
  if (!target) return failure{errc::malformed, "the path must begin with / and hold no blank or control character"};
  if (!one_word(r.method)) return failure{errc::malformed, "the method must be one word"};
  for (const auto& [name, value] : r.headers)
    if (!one_word(name) || !one_line(value))
      return failure{errc::malformed, "the header " + std::string(one_word(name) ? name : "?") + " must be one line"};
  return std::nullopt;
}

/// One call: resolve, connect, write, read; each step starts the next one.
class conversation {
 public:
  conversation(const http_request& asked, const http_limits& limits)
      : asked_(asked), limits_(limits), stream_(io_), resolver_(io_) {}

  result<http_answer> run() {
    find();
    io_.run_for(limits_.total);
    if (!outcome_) return failure{errc::timed_out, "no whole answer within " + spoken(limits_.total)};
    return std::move(*outcome_);
  }

 private:
  std::string where() const {
    const bool six = asked_.host.find(':') != std::string::npos;
    return (six ? "[" + asked_.host + "]" : asked_.host) + ":" + std::to_string(asked_.port);
  }
  void end(errc code, std::string what) { outcome_ = failure{code, std::move(what)}; }

  void find() {
    error bad;
    const auto address = net::ip::make_address(asked_.host, bad);
    if (!bad) return connect({{address, asked_.port}});
    // Loopback by name needs no look-up (RFC 6761, 6.3).
    if (asked_.host == "localhost")
      return connect({{net::ip::address_v4::loopback(), asked_.port}, {net::ip::address_v6::loopback(), asked_.port}});
    resolver_.async_resolve(asked_.host, std::to_string(asked_.port),
                            [this](error e, const tcp::resolver::results_type& found) {
                              if (e) return end(errc::not_found, asked_.host + " has no address: " + e.message());
                              std::vector<tcp::endpoint> all;
                              for (const auto& one : found) all.push_back(one.endpoint());
                              connect(std::move(all));
                            });
  }

  void connect(std::vector<tcp::endpoint> to) {
    endpoints_ = std::move(to);
    stream_.expires_after(limits_.connect);
    stream_.async_connect(endpoints_, [this](error e, const tcp::endpoint&) {
      if (e == beast::error::timeout)
        return end(errc::timed_out, "no connection to " + where() + " within " + spoken(limits_.connect));
      if (e) return end(errc::unavailable, where() + ": " + e.message());
      write();
    });
  }

  void write() {
    sent_.method_string(asked_.method);
    sent_.target(asked_.target);
    sent_.version(11);
    for (const auto& [name, value] : asked_.headers) sent_.set(name, value);
    sent_.set(beast::http::field::host, where());
    sent_.set(beast::http::field::connection, "close");
    sent_.body() = asked_.body;
    const bool has_body = !asked_.body.empty() || (asked_.method != "GET" && asked_.method != "HEAD");
    if (has_body) sent_.content_length(asked_.body.size());
    stream_.expires_after(limits_.silence);
    beast::http::async_write(stream_, sent_, [this](error e, std::size_t) {
      // A server may answer and close before it has read everything: what it said counts.
      if (e == beast::error::timeout)
        return end(errc::timed_out, "the request was not taken within " + spoken(limits_.silence));
      got_.header_limit(header_bytes_most);
      got_.body_limit(limits_.body_bytes_most);
      if (asked_.method == "HEAD") got_.skip(true);
      read();
    });
  }

  // Piece by piece, so that a long answer may take its time and a silent one may not.
  void read() {
    stream_.expires_after(limits_.silence);
    beast::http::async_read_some(stream_, buffer_, got_, [this](error e, std::size_t) {
      if (e == beast::http::error::need_buffer) e = {};
      if (e == beast::error::timeout) return end(errc::timed_out, "no answer within " + spoken(limits_.silence));
      if (e == beast::http::error::body_limit)
        return end(errc::out_of_bounds,
                   "the answer has more than " + std::to_string(limits_.body_bytes_most >> 20) + " MiB");
      if (e == beast::http::error::end_of_stream || e == beast::http::error::partial_message ||
          e == net::error::connection_reset)
        return end(errc::malformed, "the connection ended before the answer was whole");
      if (e) return end(errc::malformed, "the answer is not HTTP/1.1: " + e.message());
      if (!got_.is_done()) return read();
      keep();
    });
  }

  void keep() {
    http_answer answer;
    auto message = got_.release();
    answer.status = static_cast<int>(message.result_int());
    for (const auto& line : message) {
      std::string name(line.name_string());
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      answer.headers.emplace_back(std::move(name), std::string(line.value()));
    }
    answer.body = std::move(message.body());
    outcome_ = std::move(answer);
    stream_.close();
  }

  const http_request& asked_;
  const http_limits& limits_;
  net::io_context io_{1};
  beast::tcp_stream stream_;
  tcp::resolver resolver_;
  std::vector<tcp::endpoint> endpoints_;
  beast::http::request<beast::http::string_body> sent_;
  beast::flat_buffer buffer_;
  beast::http::response_parser<beast::http::string_body> got_;
  std::optional<result<http_answer>> outcome_;
};

}  // namespace

const std::string* http_answer::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (known == name) return &value;
  return nullptr;
}

result<http_answer> http_call(const http_request& request, const http_limits& limits) {
  if (auto wrong = unfit(request)) return std::move(*wrong);
  try {
    return conversation(request, limits).run();
  } catch (const std::exception& e) {
    return failure{errc::unavailable, std::string("the network cannot be used: ") + e.what()};
  }
}

}  // namespace rltrader
