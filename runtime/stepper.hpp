// Drives a desk on CAF's testing scheduler: one thread, market time and actor clock together, timer by timer.
#pragma once

#include "domain/time.hpp"
#include "ports/clock.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstdint>

namespace rltrader {

/// Market time of a stepped world: moved by the driver alone.
class stepped_clock final : public ports::clock {
 public:
  explicit stepped_clock(instant start) : now_(start) {}
  instant now() const override { return now_; }
  void set(instant t) {
    if (t > now_) now_ = t;
  }

 private:
  instant now_;
};

class stepper {
 public:
  stepper(caf::actor_system& system, stepped_clock& market);
  /// Runs messages until none is left; `busy` counts them. Throws std::logic_error after `most` (a spinning actor).
  std::uint64_t drain(std::uint64_t most = 10'000'000);
  /// Moves both clocks to `t`, firing timers one by one on the way and draining after each.
  void advance_to(instant t);
  /// Moves both clocks to `t` at once: what is due on the way fires once, late. For stretches in which there is no market.
  void leap_to(instant t);
  /// Forgets all timers and delayed messages, so that dead actors are let go.
  void drop_timers() { scheduler_.clock().cancel_all(); }
  std::uint64_t steps() const { return steps_; }

 private:
  caf::scheduler::test_coordinator& scheduler_;
  stepped_clock& market_;
  std::uint64_t steps_ = 0;
};

}  // namespace rltrader
