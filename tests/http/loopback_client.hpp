// A plain blocking HTTP client for loopback: it can also stop half-way, send nothing, and count how a connection ends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace rltrader::testing {

struct got {
  int status = 0;                              ///< 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body{};
};

class connection {
 public:
  explicit connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (fd_ < 0) throw std::runtime_error("no socket");
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~connection() {
    if (fd_ >= 0) ::close(fd_);
  }
  connection(connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// False when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// True when the other side closes; false when it says something or nothing for 20 s.
  bool closed() {
    char c = 0;
    const auto read = ::recv(fd_, &c, 1, 0);
    return read == 0 || (read < 0 && errno == ECONNRESET);
  }

  got receive(bool head_only = false) {
    got out;
    std::size_t end = 0;
    do {
      while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!more()) return out;
      out = read_head(buffer_.substr(0, end));
      buffer_.erase(0, end + 4);
    } while (out.status == 100);
    const auto length = out.headers.contains("content-length") ? std::stoul(out.headers["content-length"]) : 0UL;
    if (head_only || out.status == 204) return out;
    while (buffer_.size() < length)
      if (!more()) break;
    out.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return out;
  }

 private:
  bool more() {
    char bytes[4096];
    const auto read = ::recv(fd_, bytes, sizeof bytes, 0);
    if (read <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(read));
    return true;
  }

  static got read_head(const std::string& head) {
    got out;
    out.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n"); at != std::string::npos;) {
      const auto next = head.find("\r\n", at + 2);
      const auto line = head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
      const auto colon = line.find(": ");
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      if (colon != std::string::npos) out.headers.emplace(name, line.substr(colon + 2));
      at = next;
    }
    return out;
  }

  int fd_;
  std::string buffer_;
};

struct ask_for {
  std::string verb = "GET";
  std::string target{};
  std::string body{};
  std::map<std::string, std::string> headers{};
};

inline std::string request_text(const ask_for& a) {
  std::string out = a.verb + " " + a.target + " HTTP/1.1\r\n";
  if (!a.headers.contains("Host")) out += "Host: localhost\r\n";
  for (const auto& [name, value] : a.headers) out += name + ": " + value + "\r\n";
  if (!a.body.empty()) {
    if (!a.headers.contains("Content-Type")) out += "Content-Type: application/json\r\n";
    out += "Content-Length: " + std::to_string(a.body.size()) + "\r\n";
  }
  return out + "\r\n" + a.body;
}

inline got fetch(std::uint16_t port, const ask_for& a) {
  connection c(port);
  c.send(request_text(a));
  return c.receive(a.verb == "HEAD");
}

}  // namespace rltrader::testing
