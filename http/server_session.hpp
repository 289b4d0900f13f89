// One connection of the web server: a session goes round. Wait for a first byte (idle) -> read a whole request -> wait for the
// answer -> write it. It lives as long as an operation or a call of it is under way. Part of server.cpp, not for others.
#pragma once

#include "http/server.hpp"
#include "http/status.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rltrader::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

inline constexpr std::size_t first_read_bytes = 4096;
inline constexpr milliseconds linger_for = seconds{2};
inline constexpr std::size_t linger_bytes_most = 16'777'216;

inline method method_of(wire::verb v) {
  switch (v) {
    case wire::verb::get: return method::get;
    case wire::verb::head: return method::head;
    case wire::verb::post: return method::post;
    case wire::verb::put: return method::put;
    case wire::verb::patch: return method::patch;
    case wire::verb::delete_: return method::drop;
    case wire::verb::options: return method::options;
    default: return method::other;
  }
}

inline std::string peer_of(const tcp::socket& socket) {
  error_code failed;
  const auto end = socket.remote_endpoint(failed);
  if (failed) return "unknown";
  const auto address = end.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

inline call call_of(wire::request<wire::string_body>&& request, std::string peer) {
  call out;
  out.verb = method_of(request.method());
  auto target = std::string(request.target());
  if (const auto scheme = target.find("://"); scheme != std::string::npos && !target.starts_with('/')) {
    const auto path = target.find('/', scheme + 3);  // absolute form, as a proxy sends it
    target = path == std::string::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  const auto query = target.find('?');
  out.path = target.substr(0, query);
  if (query != std::string::npos) out.query = target.substr(query + 1);
  for (const auto& field : request) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    out.headers.emplace(std::move(name), std::string(field.value()));
  }
  out.body = std::move(request.body());
  out.peer = std::move(peer);
  return out;
}

class session : public std::enable_shared_from_this<session> {
 public:
  template <class Server>
  session(tcp::socket socket, Server& server)
      : stream_(std::move(socket)),
        peer_(peer_of(stream_.socket())),
        limits_(server.limits),
        on_call_(server.on_call),
        stopping_(server.stopping),
        idle_list_(server.idle),
        leave_([&server](session* self) {
          server.sessions.erase(self);
          server.left();
        }) {}
  ~session() { leave(); }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void begin() { wait_for_request(); }

  /// Ends an idle session: its read is aborted, and with it the session.
  void close_idle() {
    leave();
    error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  void leave() {
    not_idle();
    if (auto once = std::exchange(leave_, nullptr)) once(this);
  }
  void not_idle() {
    if (idle_place_) idle_list_.erase(*idle_place_);
    idle_place_.reset();
  }

  void wait_for_request() {
    if (stopping_) return;
    if (buffer_.size() > 0) return read_request();
    idle_place_ = idle_list_.insert(idle_list_.end(), this);
    stream_.expires_after(limits_.idle_for);
    stream_.async_read_some(buffer_.prepare(first_read_bytes),
                            [self = shared_from_this()](error_code failed, std::size_t bytes) {
                              self->not_idle();
                              if (failed) return;
                              self->buffer_.commit(bytes);
                              self->read_request();
                            });
  }

  void read_request() {
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes_most);
    parser_->body_limit(limits_.body_bytes_most);
    stream_.expires_after(limits_.request_within);  // once, for header and body together
    wire::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed) return self->refuse_read(failed);
      if (beast::iequals(self->parser_->get()[wire::field::expect], "100-continue")) return self->invite_body();
      self->read_body();
    });
  }

  void invite_body() {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
      if (!failed) self->read_body();
    });
  }

  void read_body() {
    wire::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed) return self->refuse_read(failed);
      self->give_to_service();
    });
  }

  /// What could not be read is refused where somebody still listens, and the connection ends.
  void refuse_read(const error_code& failed) {
    problem p{.status = 400,
              .code = "malformed",
              .detail = "the request is not HTTP: " + failed.message(),
              .details = {},
              .headers = {}};
    if (failed == wire::error::body_limit) {
      p.status = 413;
      p.code = "body_too_large";
      p.detail = "a body may have at most " + std::to_string(limits_.body_bytes_most) + " bytes";
    } else if (failed == wire::error::header_limit) {
      p.status = 431;
      p.code = "header_too_large";
      p.detail = "a header may have at most " + std::to_string(limits_.header_bytes_most) + " bytes";
    } else if (failed == wire::error::end_of_stream ||
               failed.category() != make_error_code(wire::error::bad_method).category()) {
      return;  // gone, or too slow: there is nobody to tell
    }
    keep_alive_ = false;
    head_only_ = false;
    version_ = 11;
    respond(reply_of(p));
  }

  void give_to_service() {
    auto request = parser_->release();
    parser_.reset();
    keep_alive_ = request.keep_alive();
    version_ = request.version();
    head_only_ = request.method() == wire::verb::head;
    stream_.expires_never();  // the service answers in its own time, which is bounded
    if (version_ >= 11 && request.count(wire::field::host) != 1) {
      keep_alive_ = false;
      return respond(reply_of(problem{.status = 400,
                                      .code = "malformed",
                                      .detail = "a request needs one Host header",
                                      .details = {},
                                      .headers = {}}));
    }
    on_call_(call_of(std::move(request), peer_), [self = shared_from_this()](reply r) { self->respond(std::move(r)); });
  }

  template <class Body>
  void fill(wire::response<Body>& response, const reply& r) {
    response.version(version_);
    response.result(static_cast<unsigned>(r.status));
    response.set(wire::field::server, "rltrader");
    if (!r.content_type.empty()) response.set(wire::field::content_type, r.content_type);
    for (const auto& [name, value] : r.headers) response.insert(name, value);
    keep_alive_ = keep_alive_ && !stopping_;
    response.keep_alive(keep_alive_);
  }

  void respond(reply r) {
    if (head_only_ || r.status == 204) {
      auto response = std::make_shared<wire::response<wire::empty_body>>();
      fill(*response, r);
      if (r.status != 204) response->content_length(r.body.size());
      return write(std::move(response));
    }
    auto response = std::make_shared<wire::response<wire::string_body>>();
    fill(*response, r);
    response->body() = std::move(r.body);
    response->prepare_payload();
    write(std::move(response));
  }

  template <class Response>
  void write(std::shared_ptr<Response> response) {
    stream_.expires_after(limits_.reply_within);
    auto& message = *response;
    wire::async_write(stream_, message,
                      [self = shared_from_this(), response = std::move(response)](error_code failed, std::size_t) {
                        if (failed) return;
                        if (self->keep_alive_) return self->wait_for_request();
                        self->linger();
                      });
  }

  /// Reads what the client still sends, for a while: closing on unread bytes would reset the connection and lose the answer.
  void linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (ignored) return;
    stream_.expires_after(linger_for);
    discard(0);
  }
  void discard(std::size_t so_far) {
    buffer_.clear();
    if (so_far > linger_bytes_most) return;
    stream_.async_read_some(buffer_.prepare(first_read_bytes),
                            [self = shared_from_this(), so_far](error_code failed, std::size_t bytes) {
                              if (!failed) self->discard(so_far + bytes);
                            });
  }

  beast::tcp_stream stream_;
  std::string peer_;
  const web_limits& limits_;
  const web_server::handler& on_call_;
  const bool& stopping_;
  std::list<session*>& idle_list_;
  std::optional<std::list<session*>::iterator> idle_place_;
  std::function<void(session*)> leave_;
  beast::flat_buffer buffer_;
  std::optional<wire::request_parser<wire::string_body>> parser_;
  bool keep_alive_ = false;
  bool head_only_ = false;
  unsigned version_ = 11;
};

}  // namespace rltrader::http
