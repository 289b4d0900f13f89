// Timers in order, market time carried along, and a fresh actor system that goes on where the last one was.
#include "runtime/stepper.hpp"
#include "runtime/wiring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rltrader::stepper_tests {
struct strike {};
}  // namespace rltrader::stepper_tests
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::stepper_tests::strike)

namespace rltrader {
namespace {

using stepper_tests::strike;

using beat_actor = caf::typed_actor<caf::reacts_to<strike>>;

/// Writes down the market time of each beat.
class beat : public beat_actor::base {
  using super = beat_actor::base;

 public:
  beat(caf::actor_config& cfg, std::string name, milliseconds every, const ports::clock& clock,
       std::vector<std::string>& log)
      : super(cfg), name_(std::move(name)), every_(every), clock_(clock), log_(log) {}

  behavior_type make_behavior() override {
    delayed_send(this, every_, strike{});
    return {[this](const strike&) {
      log_.push_back(name_ + " " + std::to_string(ms_of(clock_.now())));
      delayed_send(this, every_, strike{});
    }};
  }

 private:
  std::string name_;
  milliseconds every_;
  const ports::clock& clock_;
  std::vector<std::string>& log_;
};

/// Sends itself a message for every message.
class spinner : public beat_actor::base {
  using super = beat_actor::base;

 public:
  explicit spinner(caf::actor_config& cfg) : super(cfg) {}
  behavior_type make_behavior() override {
    send(this, strike{});
    return {[this](const strike&) { send(this, strike{}); }};
  }
};

constexpr instant begin = instant_of_ms(1'751'328'000'000);

/// An actor system that ends without waiting for actors that wait for timers.
struct stepped_system {
  explicit stepped_system(stepped_clock& clock) : steps(system, clock) {}
  ~stepped_system() {
    steps.drop_timers();
    for (const auto& a : actors) caf::anon_send_exit(a, caf::exit_reason::kill);
    for (int n = 0; n < 100; ++n) one_message();
    steps.drop_timers();
  }
  void one_message() {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
    // A busy job goes to the front again; the last one's turn comes too.
    if (!scheduler.jobs.empty()) std::rotate(scheduler.jobs.begin(), scheduler.jobs.end() - 1, scheduler.jobs.end());
    scheduler.try_run_once();
  }
  void spawn_beat(const std::string& name, milliseconds every, const stepped_clock& clock,
                  std::vector<std::string>& log) {
    actors.push_back(caf::actor_cast<caf::actor>(system.spawn<beat>(name, every, std::cref(clock), std::ref(log))));
  }

  system_config config{system_config::scheduler::testing};
  caf::actor_system system{config};
  stepper steps;
  std::vector<caf::actor> actors;
};

TEST(stepper, fires_each_timer_at_its_own_time_and_in_order) {
  std::vector<std::string> log;
  stepped_clock clock(begin);
  stepped_system s(clock);
  s.spawn_beat("slow", seconds{40}, clock, log);
  s.spawn_beat("quick", seconds{30}, clock, log);
  s.steps.advance_to(begin + seconds{100});
  const auto at = [](int sec) { return std::to_string(ms_of(begin) + sec * 1000); };
  EXPECT_THAT(log, testing::ElementsAre("quick " + at(30), "slow " + at(40), "quick " + at(60), "slow " + at(80),
                                        "quick " + at(90)));
  EXPECT_EQ(clock.now(), begin + seconds{100});
}

TEST(stepper, moves_both_clocks_together) {
  stepped_clock clock(begin);
  stepped_system s(clock);
  s.steps.advance_to(begin + hours{5});
  EXPECT_EQ(s.system.clock().now().time_since_epoch(), clock.now().time_since_epoch());
}

TEST(stepper, leaps_over_a_silence_and_fires_what_was_due_once) {
  std::vector<std::string> log;
  stepped_clock clock(begin);
  stepped_system s(clock);
  s.spawn_beat("beat", seconds{1}, clock, log);
  s.steps.drain();
  s.steps.leap_to(begin + hours{24});
  EXPECT_THAT(log, testing::ElementsAre("beat " + std::to_string(ms_of(begin + hours{24}))));
}

TEST(stepper, goes_on_in_a_fresh_actor_system_where_the_last_one_was) {
  stepped_clock clock(begin);
  const auto one_hour = [&](std::vector<std::string>& log) {
    stepped_system s(clock);
    s.spawn_beat("beat", minutes{20}, clock, log);
    s.steps.advance_to(clock.now() + hours{1});
  };
  std::vector<std::string> log;
  one_hour(log);
  one_hour(log);
  ASSERT_EQ(log.size(), 6U);
  EXPECT_EQ(log.back(), "beat " + std::to_string(ms_of(begin + hours{2})));
}

TEST(stepper, tells_the_same_story_every_time) {
  const auto story = [] {
    std::vector<std::string> log;
    stepped_clock clock(begin);
    stepped_system s(clock);
    for (int n = 1; n <= 7; ++n) s.spawn_beat("beat" + std::to_string(n), milliseconds{700 * n}, clock, log);
    s.steps.advance_to(begin + minutes{10});
    log.push_back(std::to_string(s.steps.steps()));
    return log;
  };
  const auto first = story();
  EXPECT_GT(first.size(), 2000U);
  EXPECT_EQ(first, story());
}

TEST(stepper, names_actors_that_do_not_come_to_rest) {
  stepped_clock clock(begin);
  stepped_system s(clock);
  s.actors.push_back(caf::actor_cast<caf::actor>(s.system.spawn<spinner>()));
  EXPECT_THROW(s.steps.drain(1'000), std::logic_error);
}

TEST(stepper, does_not_turn_time_back) {
  stepped_clock clock(begin);
  stepped_system s(clock);
  s.steps.advance_to(begin + hours{1});
  s.steps.advance_to(begin);
  EXPECT_EQ(clock.now(), begin + hours{1});
}

}  // namespace
}  // namespace rltrader
