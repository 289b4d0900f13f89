// A route is a row: method, path, role, sentence, request shape, reply shape, handler. OpenAPI is walked from the rows.
//
//   ask<ask_risk, risk_view, &directory::risk>(method::get, "/ops/trading/risk", access::viewers, "Show the limits")
//   ask_as<breaker_body, set_breaker, breaker_answer, breaker_answer, &directory::risk, &to_halt, &same>(...)
//   serve<no_fields, readiness, &answer_ready>(...)                    a handler that asks several actors, or none
//
// A row that asks an actor for what it does not answer is one readable compile error.
#pragma once

#include "http/exchange.hpp"
#include "http/input.hpp"

#include <memory>
#include <string_view>

namespace rltrader::http {

/// Which rule holds for body fields that nobody knows: routes of the older API ignore them, added ones refuse them.
enum class era : unsigned char { older, added };
/// Whether a row must work while the store is down; it then goes on without keeping its Idempotency-Key.
enum class store_need : unsigned char { needed, not_needed };

using action = std::function<void(const exchange_ptr&)>;

struct route {
  method verb;
  std::string_view path;  ///< "/trades/{id}/close"
  access needs;
  std::string_view sentence;
  const shape* (*takes)();  ///< a record: path parameters, then the query (GET, DELETE) or the body's fields
  const shape* (*gives)();  ///< null: not JSON, or of no fixed shape
  /// Reads the input into what the handler wants; nothing happens before the action runs.
  outcome<action> (*prepare)(exchange& x, input&& from);
  era since = era::older;
  store_need store = store_need::needed;
  int success = 200;
  milliseconds timeout{0};  ///< 0: the daemon's
  std::string_view media = "application/json";

  constexpr route added() const {
    auto r = *this;
    r.since = era::added;
    return r;
  }
  constexpr route without_store() const {
    auto r = *this;
    r.store = store_need::not_needed;
    return r;
  }
  constexpr route succeeds_with(int status) const {
    auto r = *this;
    r.success = status;
    return r;
  }
  constexpr route within(milliseconds t) const {
    auto r = *this;
    r.timeout = t;
    return r;
  }
  constexpr route as(std::string_view type) const {
    auto r = *this;
    r.media = type;
    return r;
  }
};

/// A request without any field.
struct no_fields {
  static constexpr auto type_name = "no_fields";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};

namespace detail {

template <class Body, class Handler>
outcome<action> read_and_bind(exchange& x, input&& from, Handler handler) {
  auto body = std::make_shared<Body>();
  if (auto wrong = read_input(x, std::move(from), *shape_of<Body>(), body.get())) return std::move(*wrong);
  return action{[body, handler](const exchange_ptr& self) { handler(self, *body); }};
}

}  // namespace detail

/// The input is the request itself, the reply the answer itself.
template <class Request, class Reply, auto Handle>
constexpr route ask(method verb, std::string_view path, access needs, std::string_view sentence) {
  return {verb, path, needs, sentence, &shape_of<Request>, &shape_of<Reply>, [](exchange& x, input&& from) {
            return detail::read_and_bind<Request>(x, std::move(from), [](const exchange_ptr& self, Request& request) {
              ask_actor<Handle, Reply>(self, std::move(request),
                                       [self](const Reply& reply) { self->answer(to_json_of(reply)); });
            });
          }};
}

/// The input is a Body of HTTP's own; `ToRequest(const Body&, const exchange&)` gives an outcome<Request>, and
/// `ToAnswer(const Reply&, const exchange&)` what is shown. Both are pure.
template <class Body, class Request, class Reply, class Answer, auto Handle, auto ToRequest, auto ToAnswer>
constexpr route ask_as(method verb, std::string_view path, access needs, std::string_view sentence) {
  return {verb,
          path,
          needs,
          sentence,
          &shape_of<Body>,
          &shape_of<Answer>,
          [](exchange& x, input&& from) -> outcome<action> {
            Body body;
            if (auto wrong = read_input(x, std::move(from), *shape_of<Body>(), &body)) return std::move(*wrong);
            outcome<Request> request = ToRequest(body, x);
            if (auto* wrong = std::get_if<problem>(&request)) return std::move(*wrong);
            auto ready = std::make_shared<Request>(std::move(std::get<Request>(request)));
            return action{[ready](const exchange_ptr& self) {
              ask_actor<Handle, Reply>(self, std::move(*ready), [self](const Reply& reply) {
                const Answer shown = ToAnswer(reply, *self);
                self->answer(to_json_of(shown));
              });
            }};
          }};
}

/// A handler of its own: `Handler(const exchange_ptr&, Body&)` answers, now or later.
template <class Body, class Answer, auto Handler>
constexpr route serve(method verb, std::string_view path, access needs, std::string_view sentence) {
  const shape* (*gives)() = nullptr;
  if constexpr (!std::is_void_v<Answer>) gives = &shape_of<Answer>;
  return {verb, path, needs, sentence, &shape_of<Body>, gives, [](exchange& x, input&& from) {
            return detail::read_and_bind<Body>(x, std::move(from), Handler);
          }};
}

/// The reply is what is shown.
template <class Reply>
Reply same(const Reply& reply, const exchange&) {
  return reply;
}
template <class Request, class Body>
outcome<Request> plain(const Body&, const exchange&) {
  return Request{};
}

}  // namespace rltrader::http
