// What every actor does with an exception that nobody caught: says so in the log, and dies; whoever watches it decides.
#pragma once

#include "actors/log.hpp"

#include <caf/all.hpp>

#include <exception>
#include <string>

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

}  // namespace rltrader
