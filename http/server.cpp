// Beast: accepting, reading within deadlines, answering. One thread runs all of it.
//
// What a session does is in server_session.hpp. Only an idle one may be closed to make room.
#include "http/server.hpp"

#include "http/server_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace rltrader::http {

namespace {

constexpr milliseconds accept_again = milliseconds{100};
/// Files that the rest of the process needs: stores, logs, sockets to the exchange.
constexpr std::size_t files_kept_free = 128;
constexpr std::size_t connections_least = 16;

/// As many connections as the process may open files for.
std::size_t connections_possible(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  const auto open_files = static_cast<std::size_t>(files.rlim_cur);
  const auto possible =
      open_files > files_kept_free + connections_least ? open_files - files_kept_free : connections_least;
  return std::min(wanted, possible);
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
  void count() const {
    if (on_count) on_count(sessions.size());
  }
  void left() {
    count();
    if (stopping && sessions.empty()) io.stop();
  }
};

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
