// The testing scheduler's jobs and timers, one after the other, with market time carried along.
#include "runtime/stepper.hpp"

#include <algorithm>
#include <stdexcept>

namespace rltrader {

namespace {

using actor_time = caf::actor_clock::time_point;

/// Both clocks count from 1970, so that a fresh actor system on the same market time goes on where the last one was.
actor_time actor_time_of(instant t) { return actor_time{t.time_since_epoch()}; }

caf::scheduler::test_coordinator& testing_scheduler_of(caf::actor_system& system) {
  auto* found = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  if (found == nullptr) throw std::logic_error("a stepper needs scheduler.policy = testing");
  return *found;
}

}  // namespace

stepper::stepper(caf::actor_system& system, stepped_clock& market)
    : scheduler_(testing_scheduler_of(system)), market_(market) {
  auto& clock = scheduler_.clock();
  clock.current_time = std::max(clock.current_time, actor_time_of(market_.now()));
}

std::uint64_t stepper::drain(std::uint64_t most) {
  // CAF's own log is compiled out, yet a thread that has one notes for each message whose it is. This thread has none.
  caf::logger::set_current_actor_system(nullptr);
  std::uint64_t ran = 0;
  while (scheduler_.try_run_once()) {
    if (++ran < most) continue;
    steps_ += ran;
    throw std::logic_error("the actors do not come to rest: " + std::to_string(most) + " messages in one step");
  }
  steps_ += ran;
  return ran;
}

void stepper::advance_to(instant t) {
  auto& clock = scheduler_.clock();
  const auto end = actor_time_of(t);
  drain();
  // One jump for all timers would fire each of them once, late: so from one to the next.
  while (clock.has_pending_timeout() && clock.schedule().begin()->first <= end) {
    const auto due = std::max(clock.schedule().begin()->first, clock.now());
    market_.set(std::min(t, instant{std::chrono::floor<milliseconds>(due.time_since_epoch())}));
    clock.advance_time(due - clock.now());
    drain();
  }
  leap_to(t);
}

void stepper::leap_to(instant t) {
  auto& clock = scheduler_.clock();
  market_.set(t);
  clock.advance_time(std::max(actor_time_of(t) - clock.now(), caf::timespan{0}));
  drain();
}

}  // namespace rltrader
