// kill -9 at every durable write of a short story, and stores that fail, lie and stall at each of them.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rltrader::testing_support {
namespace {

/// Entries, a flip, a close, fills in parts; short enough to be told once for each of its writes.
void tell_the_story(test_desk& desk) {
  const auto bar = [&desk] {
    desk.bars();
    desk.reopen_if_ended();
  };
  desk.open();
  desk.reopen_if_ended();
  bar();
  desk.order(btc, action::go_long);
  desk.order(eth, action::go_short, 0.5);
  bar();
  bar();
  desk.order(eth, action::close);
  bar();
  desk.order(btc, action::go_short);
  bar();
  bar();
}

desk_options in_parts() {
  desk_options options;
  options.past_bars = 130;
  options.at_venue = [](sim::venue_settings& v) {
    v.least_depth = money::of(600);
    v.volume_share = rate::of_raw(1);
  };
  return options;
}

/// I22: ten minutes without a fault are enough for every order to end and every pair to trade.
void expect_sound(test_desk& desk, const std::string& where) {
  desk.ops->fate_of = {};
  desk.reopen_if_ended();
  desk.bars(13);
  desk.reopen_if_ended();
  EXPECT_EQ(lines(desk.violations()), "") << where;
  const auto view = desk.risk();
  for (const auto& q : view.quarantined) ADD_FAILURE() << where << ": I22: " << q.pair.text() << " " << q.reason;
  for (const auto& p : desk.pairs().pairs) {
    EXPECT_TRUE(p.alive) << where << ' ' << p.pair.text();
    ASSERT_TRUE(p.last_decision) << where;
    EXPECT_EQ(p.last_decision->bar_open, desk.clock.now() - minutes{1}) << where << ' ' << p.pair.text();
  }
  EXPECT_EQ(view.state.status, "ok") << where << ' ' << view.state.trigger_reason;
}

class story : public ::testing::TestWithParam<commit_fate> {};

// I1, I2, I5, I6, I7, I14, I22
TEST_P(story, ends_well_whatever_happens_at_any_of_its_writes) {
  std::size_t writes = 0;
  {
    test_desk desk(in_parts());
    tell_the_story(desk);
    writes = desk.ops->commits;
  }
  ASSERT_GT(writes, 20u);
  for (std::size_t n = 1; n <= writes; ++n) {
    test_desk desk(in_parts());
    desk.ops->fate_of = [n](std::size_t nth, const ports::write_batch&) {
      return nth == n ? GetParam() : commit_fate::well;
    };
    try {
      tell_the_story(desk);
    } catch (const std::runtime_error& e) {
      // The very first writes are made while the desk opens: it says that it cannot, and is opened again.
      desk.ops->fate_of = {};
      desk.crash();
      tell_the_story(desk);
    }
    expect_sound(desk, "write " + std::to_string(n) + " of " + std::to_string(writes));
    if (HasFailure()) break;
  }
}

std::string name_of_fate(const ::testing::TestParamInfo<commit_fate>& what) {
  constexpr std::array names{"well", "fails", "lies", "stalls", "crash_before", "crash_after"};
  return names[static_cast<std::size_t>(what.param)];
}

INSTANTIATE_TEST_SUITE_P(each, story,
                         ::testing::Values(commit_fate::crash_before, commit_fate::crash_after, commit_fate::fails,
                                           commit_fate::lies, commit_fate::stalls),
                         name_of_fate);

}  // namespace
}  // namespace rltrader::testing_support
