// The HTTP interface of a daemon: what the runtime gives it, and how it is started, fed with a desk, and stopped.
#pragma once

#include "http/auth.hpp"
#include "http/exchange.hpp"
#include "http/metrics.hpp"
#include "http/server.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rltrader::http {

struct server_options {
  std::string bind = "127.0.0.1";             ///< an address; without any token only a loopback one
  std::uint16_t port = 8787;                  ///< 0: any free one
  std::string api_token;                      ///< API_TOKEN; empty: none
  std::optional<std::string> tokens_text;     ///< the content of API_TOKENS_FILE, where one is used
  std::string cors_origin;                    ///< CORS_ORIGIN
  milliseconds request_timeout = seconds{2};  ///< of an actor's answer
  std::vector<pair_name> supported;           ///< pairs that may be asked for
  version_view version;
  std::string node_role = "all";
  bool simulation_allowed = false;      ///< ALLOW_LIVE_SIMULATION, outside production
  std::uint64_t seed = 1;               ///< of request ids
  std::function<instant()> wall_now;    ///< real time; needed
  std::function<instant()> market_now;  ///< market time; needed
  std::function<double()> stopwatch;    ///< seconds, monotonic; needed
  std::function<json()> configuration;  ///< settings with origin, masked, for /ops/config; may be empty
  web_limits limits;
};

/// One io thread, which the runtime gives by calling run(). All else may be called from any thread.
/// Destroy it before the actor system, and after run() has returned.
class http_server {
 public:
  http_server(caf::actor_system& system, metrics_registry& metrics, server_options options);
  ~http_server();

  /// Binds and listens; the failure names address and port. Fails also for unreadable tokens and for an address that is
  /// not loopback without a token.
  result<void> start();
  /// Serves until stop(). Answers 503 while there is no desk.
  void run();
  /// After start(). The desk from now on, or none while it is reopened: what is asked of the former one is answered 503 at once.
  void set_directory(std::optional<directory> desk);
  /// After a reload. A failure changes nothing.
  result<void> set_credentials(std::string_view api_token, const std::optional<std::string>& tokens_text);
  void set_cors_origin(std::string origin);
  void set_supported(std::vector<pair_name> pairs);
  /// Takes no more calls, lets running ones end within `grace`, then ends run().
  void stop(milliseconds grace);
  std::uint16_t port() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace rltrader::http
