// The web server behind a plain interface: sockets, HTTP/1.1, limits, deadlines. Beast lives in server.cpp alone.
//
// Bounds: 1,024 connections; when all are taken the longest idle one makes room, and if none is idle the newcomer gets 503.
// 16 KiB of header, 1 MiB of body; a whole request within 10 s of its first byte, idle connections end after 30 s.
#pragma once

#include "domain/result.hpp"
#include "http/call.hpp"
#include "http/io_loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rltrader::http {

struct web_limits {
  std::size_t connections_most = 1024;  ///< fewer where the process may not open as many files
  std::uint32_t header_bytes_most = 16 * 1024;
  std::uint64_t body_bytes_most = 1'048'576;
  milliseconds request_within = seconds{10};
  milliseconds reply_within = seconds{10};  ///< a client that does not read is let go
  milliseconds idle_for = seconds{30};
};

/// Whether an address is one of this machine alone: 127.0.0.0/8 or ::1.
bool is_loopback(const std::string& address);

class web_server final : public io_loop {
 public:
  using handler = std::function<void(call, done)>;

  /// `on_call` runs on the io thread and answers there; `on_count` gets the number of open connections.
  web_server(web_limits limits, handler on_call, std::function<void(std::size_t)> on_count = {});
  ~web_server() override;

  /// Port 0 takes any free one. The failure names address and port.
  result<void> listen(const std::string& address, std::uint16_t port);
  std::uint16_t port() const;
  /// Serves on the calling thread until stop().
  void run();
  /// From any thread: takes no more connections, ends idle ones, lets calls end within `grace`.
  void stop(milliseconds grace);

  void post(std::function<void()> what) override;
  std::uint64_t after(milliseconds wait, std::function<void()> what) override;
  void cancel(std::uint64_t timer) override;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace rltrader::http
