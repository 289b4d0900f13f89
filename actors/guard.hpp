// What every actor does alike: an exception that nobody caught is said in the log, and the actor dies; whoever watches it decides.
// And how it says how many messages wait for it.
#pragma once

#include "actors/log.hpp"
#include "http/metrics.hpp"

#include <caf/all.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace rltrader {

template <class Self>
void die_loudly(Self* self, std::string actor, std::string pair = {}) {
  self->set_exception_handler(
      [actor = std::move(actor), pair = std::move(pair)](std::exception_ptr& thrown) -> caf::error {
        std::string what = "something that is no std::exception";
        try {
          std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
          what = e.what();
        } catch (...) {  // the text above says what it was
        }
        log_event(log_level::error, "actor.died", pair, actor, "", what);
        return caf::exit_reason::unhandled_exception;
      });
}

/// What waits behind the message under way. Called by the actor itself: only it may look into its mailbox.
template <class Self>
void show_mailbox(Self* self, http::metrics_registry* metrics, std::string_view actor) {
  if (metrics) metrics->set(http::metric::mailbox_depth, {actor}, static_cast<double>(self->mailbox().size()));
}

}  // namespace rltrader
