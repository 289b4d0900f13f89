// One call on its way through: who asks, what of, and its one answer. Handlers hold it by shared pointer until they answered.
//
// Invariant: a call is answered once. A handler that throws, or lets go of its call without an answer, answers 500.
#pragma once

#include "http/auth.hpp"
#include "http/bridge.hpp"
#include "http/call.hpp"
#include "http/metrics.hpp"
#include "http/status.hpp"
#include "wire/json.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rltrader::http {

struct route;

/// What was built and what it runs on.
struct version_view {
  std::string version;
  std::string commit;
  std::string build_type;
  std::vector<std::string> backends;

  static constexpr auto type_name = "version";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"version", &version_view::version, "of the program"},
             field{"commit", &version_view::commit, "it was built from"},
             field{"build_type", &version_view::build_type, "how it was built"},
             field{"backends", &version_view::backends, "stores, sources and venues in use"});
  }
};

/// What handlers stand on. Io thread only.
struct environment {
  bridge* actors = nullptr;
  std::optional<directory> desk;      ///< none while the desk is being reopened
  std::vector<pair_name> supported;   ///< pairs that may be asked for
  milliseconds timeout = seconds{2};  ///< of an actor's answer, where a route says nothing else
  metrics_registry* metrics = nullptr;
  version_view version;
  std::string node_role = "all";
  bool simulation_allowed = false;  ///< a posted decision may carry simulateExecutionStatus
  instant started_at{};
  std::function<instant()> market_now;  ///< ages of kept answers
  std::function<json()> configuration;  ///< settings with origin, masked
  std::string openapi;                  ///< the document, made once
  std::string docs;                     ///< the page, made once
};

class exchange : public std::enable_shared_from_this<exchange> {
 public:
  exchange(call request, environment& env) : request_(std::move(request)), env_(env) {}
  ~exchange();
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  const call& request() const { return request_; }
  environment& env() const { return env_; }
  const http::caller& asked_by() const { return caller_; }
  const std::string& who() const { return caller_.who; }
  const http::route& row() const { return *row_; }
  milliseconds timeout() const;

  /// Where the answer goes; set before anything can answer.
  void answers_to(done finish) { finish_ = std::move(finish); }
  void admit(http::caller c, const http::route& row) {
    caller_ = std::move(c);
    row_ = &row;
  }
  bool routed() const { return row_ != nullptr; }
  /// Body fields that were ignored; named in a Warning header.
  std::vector<std::string>& ignored() { return ignored_; }

  void answer(reply r);
  void answer(const json& body) { answer(body, 0); }
  /// Status 0: the route's own.
  void answer(const json& body, int status);
  void refuse(const problem& p) { answer(reply_of(p)); }
  /// Runs a piece of a handler; what it throws becomes 500.
  void guarded(const std::function<void()>& what);
  /// What happens to the answer first; `rest` is what happened before.
  void wrap(std::function<void(reply, done rest)> around);

 private:
  call request_;
  environment& env_;
  http::caller caller_;
  const http::route* row_ = nullptr;
  std::vector<std::string> ignored_;
  done finish_;
};
using exchange_ptr = std::shared_ptr<exchange>;

/// 503: no desk at the moment.
problem reopening();

/// Asks an actor of the desk and goes on with its answer, or its failure.
template <auto Handle, class Reply, class Request, class Then>
void ask_result(const exchange_ptr& x, Request request, milliseconds timeout, Then then) {
  if (!x->env().desk || x->env().actors == nullptr) return then(result<Reply>(errc::unavailable, reopening().detail));
  std::function<void(result<Reply>)> go_on = [x, then = std::move(then)](result<Reply> got) mutable {
    x->guarded([&] { then(std::move(got)); });
  };
  x->env().actors->ask<Reply>((*x->env().desk).*Handle, std::move(request), timeout, std::move(go_on));
}
template <auto Handle, class Reply, class Request, class Then>
void ask_result(const exchange_ptr& x, Request request, Then then) {
  ask_result<Handle, Reply>(x, std::move(request), x->timeout(), std::move(then));
}

/// Asks an actor of the desk and goes on with its answer; a failure is answered to the caller.
template <auto Handle, class Reply, class Request, class Then>
void ask_actor(const exchange_ptr& x, Request request, Then then) {
  ask_result<Handle, Reply>(x, std::move(request), [x, then = std::move(then)](result<Reply> got) mutable {
    if (!got) return x->refuse(problem_of(got.error()));
    then(std::move(*got));
  });
}

}  // namespace rltrader::http
