// A desk of stubs: actors that answer what a test scripts, say nothing, or are dead; and an http_server in front of them.
#pragma once

#include "http/http.hpp"
#include "tests/http/loopback_client.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace rltrader::testing {

/// Answers by a behavior; what it does not know it keeps for ever, without an answer.
class scripted final : public caf::event_based_actor {
 public:
  scripted(caf::actor_config& c, caf::behavior says) : caf::event_based_actor(c), says_(std::move(says)) {
    set_default_handler(caf::skip);
  }
  caf::behavior make_behavior() override { return says_; }

 private:
  caf::behavior says_;
};

struct two_workers : caf::actor_system_config {
  two_workers() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 2U);
  }
};

/// What an actor was told, from its thread to the test's.
template <class T>
class heard {
 public:
  void add(T what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
  }
  std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> all_;
};

class stub_desk {
 public:
  caf::actor_system& system() { return system_; }
  directory& handles() { return handles_; }

  template <class Handle, class... Handlers>
  Handle play(Handlers... handlers) {
    return keep<Handle>(system_.spawn<scripted>(caf::behavior{std::move(handlers)...}));
  }
  template <class Handle>
  Handle silent() {
    return keep<Handle>(system_.spawn<scripted>(caf::behavior{[](int) {}}));
  }
  template <class Handle>
  Handle dead() {
    auto actor = system_.spawn<scripted>(caf::behavior{[](int) {}});
    caf::scoped_actor self{system_};
    self->monitor(actor);
    self->send_exit(actor, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
    return caf::actor_cast<Handle>(actor);
  }
  void kill(const caf::actor_addr& which) { caf::anon_send_exit(which, caf::exit_reason::kill); }

  ~stub_desk() {
    handles_ = {};
    for (const auto& actor : actors_) caf::anon_send_exit(actor, caf::exit_reason::kill);
  }

 private:
  template <class Handle>
  Handle keep(caf::actor actor) {
    actors_.push_back(actor);
    return caf::actor_cast<Handle>(actor);
  }

  two_workers config_;
  caf::actor_system system_{config_};
  std::vector<caf::actor> actors_;
  directory handles_;
};

/// An http_server on a free port, its thread, and clocks that a test moves.
class front {
 public:
  explicit front(stub_desk& desk, http::server_options options = {}) {
    options.port = 0;
    options.wall_now = [this] { return instant_of_ms(wall_ms_); };
    options.market_now = [this] { return instant_of_ms(market_ms_); };
    options.stopwatch = [] { return 0.0; };
    if (options.supported.empty()) options.supported = {default_pairs().begin(), default_pairs().end()};
    if (options.version.version.empty()) options.version = {"9.8.7", "abcdef", "test", {"memory"}};
    server_ = std::make_unique<http::http_server>(desk.system(), metrics_, std::move(options));
    const auto started = server_->start();
    if (!started) throw std::runtime_error(started.error().what);
    thread_ = std::thread([this] { server_->run(); });
    server_->set_directory(desk.handles());
  }
  ~front() {
    server_->stop(milliseconds{0});
    thread_.join();
    server_.reset();
  }

  http::http_server& server() { return *server_; }
  http::metrics_registry& metrics() { return metrics_; }
  std::uint16_t port() const { return server_->port(); }
  void move_market(milliseconds by) { market_ms_ += by.count(); }

  got get(const std::string& target, std::map<std::string, std::string> headers = {}) {
    return fetch(port(), {.target = target, .headers = std::move(headers)});
  }
  got post(const std::string& target, const std::string& body = "", std::map<std::string, std::string> headers = {}) {
    return fetch(port(), {.verb = "POST", .target = target, .body = body, .headers = std::move(headers)});
  }

 private:
  std::atomic<std::int64_t> wall_ms_{1'735'732'800'000};  // 2025-01-01T12:00:00Z
  std::atomic<std::int64_t> market_ms_{1'735'732'800'000};
  http::metrics_registry metrics_;
  std::unique_ptr<http::http_server> server_;
  std::thread thread_;
};

inline json body_of(const got& answer) { return json::parse(answer.body, nullptr, false); }

}  // namespace rltrader::testing
