// Typed requests from the io thread to actors, and their answers back onto it. The only file of http/ that speaks CAF.
//
// Invariants: every ask ends, by an answer, an error, the own time-out or give_up_all; `then` runs on the io thread, once;
// what an actor says after that is dropped. All but the destructor's safety needs the io thread.
#pragma once

#include "domain/result.hpp"
#include "http/io_loop.hpp"
#include "messages/directory.hpp"
#include "messages/errors.hpp"

#include <caf/actor_companion.hpp>
#include <caf/all.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string_view>

namespace rltrader::http {

/// How problems name an actor.
constexpr std::string_view name_of(const ledger_actor*) { return "ledger"; }
constexpr std::string_view name_of(const market_store_actor*) { return "market_store"; }
constexpr std::string_view name_of(const reader_actor*) { return "reader"; }
constexpr std::string_view name_of(const alert_sink_actor*) { return "alert_sink"; }
constexpr std::string_view name_of(const executor_actor*) { return "executor"; }
constexpr std::string_view name_of(const risk_actor*) { return "risk"; }
constexpr std::string_view name_of(const pair_supervisor_actor*) { return "pair_supervisor"; }
constexpr std::string_view name_of(const reconciler_actor*) { return "reconciler"; }
constexpr std::string_view name_of(const retry_queue_actor*) { return "retry_queue"; }
constexpr std::string_view name_of(const market_feed_actor*) { return "market_feed"; }

/// Whether an actor of this interface answers Request with Reply.
template <class Handle, class Request, class Reply>
constexpr bool answers() {
  using unboxed = caf::response_type_unbox<caf::signatures_of_t<Handle>, caf::detail::type_list<Request>>;
  if constexpr (unboxed::valid)
    return std::is_same_v<typename unboxed::type, caf::detail::type_list<Reply>>;
  else
    return false;
}

class bridge {
 public:
  bridge(caf::actor_system& system, io_loop& loop);
  /// Takes the way in from the actors away first; answers that are posted already find nobody and are dropped.
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  template <class Reply, class Handle, class Request>
  void ask(const Handle& to, Request request, milliseconds timeout, std::function<void(result<Reply>)> then) {
    static_assert(answers<Handle, Request, Reply>(), "this asks an actor that does not answer Request with Reply");
    const auto whom = name_of(static_cast<const Handle*>(nullptr));
    if (!to) return then(failure{errc::unavailable, std::string(whom) + " is not there; the desk is being reopened"});
    // How an actor is must be heard although much waits before it.
    constexpr auto how =
        std::is_same_v<Request, ask_health> ? caf::message_priority::high : caf::message_priority::normal;
    ask_message(caf::actor_cast<caf::strong_actor_ptr>(to), caf::make_message(std::move(request)), how, whom, timeout,
                [then = std::move(then), whom](result<caf::message> got) {
                  if (!got) return then(got.error());
                  if (!got->match_elements<Reply>())
                    return then(failure{errc::internal, std::string(whom) + " answered with something else"});
                  then(got->get_as<Reply>(0));
                });
  }

  /// Without an answer.
  template <class Handle, class Message>
  void tell(const Handle& to, Message what) {
    if (to) caf::anon_send(to, std::move(what));
  }

  /// Ends all that is asked with this failure: the desk they were asked of is gone.
  void give_up_all(const failure& why);
  std::size_t pending() const;

 private:
  using answer = std::function<void(result<caf::message>)>;
  struct state;

  void ask_message(const caf::strong_actor_ptr& to, caf::message what, caf::message_priority how, std::string_view whom,
                   milliseconds timeout, answer then);

  std::shared_ptr<state> state_;
};

}  // namespace rltrader::http
