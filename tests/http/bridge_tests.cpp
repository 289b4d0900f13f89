// The bridge alone, on a loop that the test turns.
#include "http/bridge.hpp"

#include "tests/http/stub_desk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>

namespace rltrader::http {
using rltrader::testing::stub_desk;

namespace {

/// Turned by hand: what is posted waits for the test, timers run when it says so.
class hand_loop final : public io_loop {
 public:
  void post(std::function<void()> what) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(what));
    arrived_.notify_all();
  }
  std::uint64_t after(milliseconds, std::function<void()> what) override {
    timers_.emplace(++last_, std::move(what));
    return last_;
  }
  void cancel(std::uint64_t timer) override { timers_.erase(timer); }

  /// Waits for one piece of work and does it; false after ten seconds.
  bool turn() {
    std::function<void()> what;
    {
      std::unique_lock lock(mutex_);
      if (!arrived_.wait_for(lock, std::chrono::seconds{10}, [&] { return !posted_.empty(); })) return false;
      what = std::move(posted_.front());
      posted_.pop_front();
    }
    what();
    return true;
  }
  /// Waits for a piece of work and leaves it.
  bool wait_for_post() {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds{10}, [&] { return !posted_.empty(); });
  }
  void run_timers() {
    for (auto& [id, what] : std::exchange(timers_, {})) what();
  }
  std::size_t timers() const { return timers_.size(); }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  std::map<std::uint64_t, std::function<void()>> timers_;
  std::uint64_t last_ = 0;
};

using configurations = std::vector<result<configuration_reply>>;

risk_actor answering(stub_desk& desk) {
  return desk.play<risk_actor>([](const ask_configuration&) {
    configuration_reply reply;
    reply.configuration.id = "from the actor";
    return reply;
  });
}

}  // namespace

static_assert(answers<risk_actor, ask_risk, risk_view>());
static_assert(!answers<risk_actor, ask_risk, risk_policy>(), "a wrong reply is seen");
static_assert(!answers<risk_actor, find_trades, trade_page>(), "a wrong actor is seen");

TEST(bridge, brings_an_answer_back_onto_the_loop_once) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  configurations got;
  b.ask<configuration_reply>(answering(desk), ask_configuration{}, seconds{1},
                             [&](auto r) { got.push_back(std::move(r)); });
  EXPECT_EQ(b.pending(), 1U);
  EXPECT_TRUE(got.empty()) << "nothing runs before the loop turns";
  ASSERT_TRUE(loop.turn());
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0]->configuration.id, "from the actor");
  EXPECT_EQ(b.pending(), 0U);
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(bridge, passes_an_actors_failure_on) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  const auto refusing = desk.play<risk_actor>([](const ask_configuration&) -> caf::result<configuration_reply> {
    return to_caf({errc::conflict, "not now"});
  });
  configurations got;
  b.ask<configuration_reply>(refusing, ask_configuration{}, seconds{1}, [&](auto r) { got.push_back(std::move(r)); });
  ASSERT_TRUE(loop.turn());
  EXPECT_EQ(got.at(0).error(), (failure{errc::conflict, "not now"}));
}

TEST(bridge, says_unavailable_for_a_dead_actor_and_for_none) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  configurations got;
  const auto keep = [&](auto r) { got.push_back(std::move(r)); };
  b.ask<configuration_reply>(risk_actor{}, ask_configuration{}, seconds{1}, keep);
  b.ask<configuration_reply>(desk.dead<risk_actor>(), ask_configuration{}, seconds{1}, keep);
  ASSERT_TRUE(loop.turn());
  ASSERT_EQ(got.size(), 2U);
  for (const auto& r : got) EXPECT_EQ(r.error().code, errc::unavailable) << r.error().what;
}

TEST(bridge, gives_up_on_a_silent_actor_by_its_own_timer) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  configurations got;
  b.ask<configuration_reply>(desk.silent<risk_actor>(), ask_configuration{}, seconds{1},
                             [&](auto r) { got.push_back(std::move(r)); });
  loop.run_timers();
  EXPECT_EQ(got.at(0).error(), (failure{errc::timed_out, "risk did not answer in time; the outcome is not known"}));
  EXPECT_EQ(b.pending(), 0U);
}

TEST(bridge, drops_an_answer_that_comes_after_the_timer) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  configurations got;
  b.ask<configuration_reply>(answering(desk), ask_configuration{}, seconds{1},
                             [&](auto r) { got.push_back(std::move(r)); });
  ASSERT_TRUE(loop.wait_for_post());
  loop.run_timers();
  ASSERT_TRUE(loop.turn());
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].error().code, errc::timed_out);
}

TEST(bridge, ends_everything_that_waits_when_the_desk_goes) {
  hand_loop loop;
  stub_desk desk;
  bridge b(desk.system(), loop);
  const auto silent = desk.silent<risk_actor>();
  configurations got;
  for (int i = 0; i < 3; ++i)
    b.ask<configuration_reply>(silent, ask_configuration{}, seconds{1}, [&](auto r) { got.push_back(std::move(r)); });
  b.give_up_all({errc::unavailable, "gone"});
  ASSERT_EQ(got.size(), 3U);
  for (const auto& r : got) EXPECT_EQ(r.error(), (failure{errc::unavailable, "gone"}));
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(bridge, lets_late_answers_find_nobody_when_it_is_gone) {
  hand_loop loop;
  stub_desk desk;
  int called = 0;
  {
    bridge b(desk.system(), loop);
    b.ask<configuration_reply>(answering(desk), ask_configuration{}, seconds{1}, [&](const auto&) { ++called; });
    ASSERT_TRUE(loop.wait_for_post());
  }
  ASSERT_TRUE(loop.turn());
  EXPECT_EQ(called, 0);
}

}  // namespace rltrader::http
