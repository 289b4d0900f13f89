// The job table: what is due by market time, woken by the actor clock.
#include "actors/actors.hpp"
#include "actors/guard.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace rltrader {

namespace {

class scheduler : public scheduler_actor::base {
  using super = scheduler_actor::base;

 public:
  scheduler(caf::actor_config& cfg, const surroundings& around, std::vector<scheduled_job> jobs)
      : super(cfg), around_(around), jobs_(std::move(jobs)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "scheduler");
    const auto now = around_.now();
    for (const auto& job : jobs_) due_.push_back(job.at_start ? now : now + job.every);
    send(this, clock_struck{round_});
    return {[this](const clock_struck& tick) {
      if (tick.round != round_) return;  // an older chain of timers
      run_due();
    }};
  }

  void on_exit() override { jobs_.clear(); }

 private:
  void run_due() {
    const auto now = around_.now();
    instant next = now + hours{1};
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (due_[i] <= now) {
        jobs_[i].run();
        // What was missed while the process stood still is done once, not once a period.
        due_[i] += jobs_[i].every;
        if (due_[i] <= now) due_[i] = now + jobs_[i].every;
      }
      next = std::min(next, due_[i]);
    }
    delayed_send(this, std::max<caf::timespan>(around_.actor_wait(next - now), std::chrono::milliseconds{1}),
                 clock_struck{++round_});
  }

  surroundings around_;
  std::vector<scheduled_job> jobs_;
  std::vector<instant> due_;
  std::uint64_t round_ = 0;
};

}  // namespace

scheduler_actor spawn_scheduler(caf::actor_system& system, const surroundings& around,
                                std::vector<scheduled_job> jobs) {
  return system.spawn<scheduler>(around, std::move(jobs));
}

}  // namespace rltrader
