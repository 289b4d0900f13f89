// Beast: accepting, reading within deadlines, answering. One thread runs all of it.
//
// A session goes round: wait for a first byte (idle) -> read a whole request -> wait for the answer -> write it. Only an idle
// one may be closed to make room. A session lives as long as an operation or a call of it is under way.
#include "http/server.hpp"

#include "http/status.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace rltrader::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t first_read_bytes = 4096;
constexpr milliseconds accept_again = milliseconds{100};
constexpr milliseconds linger_for = seconds{2};
constexpr std::size_t linger_bytes_most = 16 * 1024 * 1024;
/// Files that the rest of the process needs: stores, logs, sockets to the exchange.
constexpr std::size_t files_kept_free = 128;
constexpr std::size_t connections_least = 16;

class session;

/// As many connections as the process may open files for.
std::size_t connections_possible(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  const auto open_files = static_cast<std::size_t>(files.rlim_cur);
  const auto possible =
      open_files > files_kept_free + connections_least ? open_files - files_kept_free : connections_least;
  return std::min(wanted, possible);
}

method method_of(wire::verb v) {
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

std::string peer_of(const tcp::socket& socket) {
  error_code failed;
  const auto end = socket.remote_endpoint(failed);
  if (failed) return "unknown";
  const auto address = end.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

call call_of(wire::request<wire::string_body>&& request, std::string peer) {
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

}  // namespace

struct web_server::impl {
  // What sessions touch when they end stands before the io_context, whose end may end the last of them.
  web_limits limits;
  handler on_call;
  std::function<void(std::size_t)> on_count;
  std::set<session*> sessions;
  std::list<session*> idle;  ///< the longest idle one first
  bool stopping = false;
  std::uint64_t last_timer = 0;

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor{io};
  asio::steady_timer accept_timer{io};
  asio::steady_timer stop_timer{io};
  std::map<std::uint64_t, asio::steady_timer> timers;

  impl(web_limits l, handler h, std::function<void(std::size_t)> c)
      : limits(l), on_call(std::move(h)), on_count(std::move(c)) {
    limits.connections_most = connections_possible(limits.connections_most);
  }

  void accept();
  void take(tcp::socket socket);
  bool close_longest_idle();
  void count() {
    if (on_count) on_count(sessions.size());
  }
  void left() {
    count();
    if (stopping && sessions.empty()) io.stop();
  }
};

namespace {

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

}  // namespace

void web_server::impl::accept() {
  acceptor.async_accept([this](error_code failed, tcp::socket socket) {
    if (stopping || failed == asio::error::operation_aborted) return;
    if (!failed) {
      take(std::move(socket));
      return accept();
    }
    // Most likely no file descriptor is left: make room, and look again in a moment instead of spinning.
    close_longest_idle();
    accept_timer.expires_after(accept_again);
    accept_timer.async_wait([this](error_code aborted) {
      if (!aborted && !stopping) accept();
    });
  });
}

bool web_server::impl::close_longest_idle() {
  if (idle.empty()) return false;
  idle.front()->close_idle();
  return true;
}

void web_server::impl::take(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (sessions.size() >= limits.connections_most && !close_longest_idle()) {
    constexpr std::string_view full =
        "HTTP/1.1 503 Service Unavailable\r\nServer: rltrader\r\nRetry-After: 1\r\nConnection: "
        "close\r\nContent-Length: 0\r\n\r\n";
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(full), ignored);  // a fresh socket takes it at once
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  auto fresh = std::make_shared<session>(std::move(socket), *this);
  sessions.insert(fresh.get());
  count();
  fresh->begin();
}

bool is_loopback(const std::string& address) {
  error_code failed;
  const auto parsed = asio::ip::make_address(address, failed);
  return !failed && parsed.is_loopback();
}

web_server::web_server(web_limits limits, handler on_call, std::function<void(std::size_t)> on_count)
    : impl_(std::make_shared<impl>(limits, std::move(on_call), std::move(on_count))) {}

web_server::~web_server() {
  // Sessions that end with the io_context tell nobody any more.
  impl_->on_count = nullptr;
  impl_->stopping = false;
}

result<void> web_server::listen(const std::string& address, std::uint16_t port) {
  error_code failed;
  const auto where = address + ":" + std::to_string(port);
  const auto parsed = asio::ip::make_address(address, failed);
  if (failed) return failure{errc::out_of_bounds, "cannot listen on " + where + ": not an address"};
  const tcp::endpoint end{parsed, port};
  auto& acceptor = impl_->acceptor;
  acceptor.open(end.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind(end, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed) {
    impl_->accept();
    return {};
  }
  error_code ignored;
  acceptor.close(ignored);
  if (failed == asio::error::address_in_use)
    return failure{errc::locked, "cannot listen on " + where + ": another program has this port; stop it or set PORT"};
  return failure{errc::unavailable, "cannot listen on " + where + ": " + failed.message()};
}

std::uint16_t web_server::port() const {
  error_code failed;
  const auto end = impl_->acceptor.local_endpoint(failed);
  return failed ? std::uint16_t{0} : end.port();
}

void web_server::run() {
  while (!impl_->io.stopped()) {
    try {
      impl_->io.run();
    } catch (const std::exception&) {
      // The call that threw has answered 500 when it was let go; the others go on.
      continue;
    }
  }
}

void web_server::stop(milliseconds grace) {
  asio::post(impl_->io, [self = impl_.get(), grace] {
    if (self->stopping) return;
    self->stopping = true;
    error_code ignored;
    self->acceptor.close(ignored);
    while (self->close_longest_idle()) continue;
    if (self->sessions.empty()) return self->io.stop();
    self->stop_timer.expires_after(grace);
    self->stop_timer.async_wait([self](error_code aborted) {
      if (!aborted) self->io.stop();
    });
  });
}

void web_server::post(std::function<void()> what) { asio::post(impl_->io, std::move(what)); }

std::uint64_t web_server::after(milliseconds wait, std::function<void()> what) {
  const auto id = ++impl_->last_timer;
  auto& timer = impl_->timers.emplace(id, asio::steady_timer{impl_->io, wait}).first->second;
  timer.async_wait([self = impl_.get(), id, what = std::move(what)](error_code aborted) {
    if (aborted || self->timers.erase(id) == 0) return;
    what();
  });
  return id;
}

void web_server::cancel(std::uint64_t timer) { impl_->timers.erase(timer); }

}  // namespace rltrader::http
