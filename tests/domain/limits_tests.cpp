// How limits are changed.
#include "domain/limits.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

risk_policy in_force() {
  risk_policy now;
  now.id = "first";
  now.max_total_exposure = money::of(100);
  now.max_open_positions = 3;
  now.max_daily_loss = money::of(10);
  now.circuit_breaker_loss = money::of(20);
  now.cooldown_minutes = 60;
  return now;
}
const instant at = instant_of_ms(1'736'942'400'000);

TEST(limits, loosen_by_any_larger_one_or_a_shorter_cooldown) {
  const auto now = in_force();
  const auto by = [&](const put_policy& wanted) { return loosens(now, changed(now, wanted)); };
  EXPECT_FALSE(by({}));
  put_policy tighter;
  tighter.max_total_exposure = money::of(100);
  tighter.max_open_positions = 2;
  tighter.cooldown_minutes = 61;
  EXPECT_FALSE(by(tighter));
  put_policy sum = tighter;
  sum.max_total_exposure = money::of(101);
  EXPECT_TRUE(by(sum));
  put_policy wait = tighter;
  wait.cooldown_minutes = 59;
  EXPECT_TRUE(by(wait));
}

TEST(limits, follow_the_row_in_force_in_what_is_not_given) {
  put_policy wanted;
  wanted.max_open_positions = 2;
  const auto next = next_policy(in_force(), wanted, breaker_level::halted, at);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->max_open_positions, 2);
  EXPECT_EQ(next->max_total_exposure, money::of(100));
  EXPECT_NE(next->id, "first");
  EXPECT_EQ(next->effective_from, at);
}

TEST(limits, are_loosened_only_while_the_breaker_is_active) {
  put_policy wider;
  wider.max_open_positions = 4;
  EXPECT_TRUE(next_policy(in_force(), wider, breaker_level::active, at));
  const auto refused = next_policy(in_force(), wider, breaker_level::reducing, at);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflict);
}

TEST(limits, keep_the_hard_loss_at_or_above_the_daily_loss) {
  put_policy wanted;
  wanted.circuit_breaker_loss = money::of(9);
  const auto refused = next_policy(in_force(), wanted, breaker_level::active, at);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::out_of_bounds);
}

TEST(limits, of_a_set_that_is_not_there_are_not_in_use) {
  const std::map<std::string, risk_limit_set> sets{{"baseline", baseline_limits(in_force(), at)}};
  EXPECT_FALSE(limit_set_of(sets, ""));
  EXPECT_TRUE(limit_set_of(sets, "baseline")->active);
  ASSERT_TRUE(limit_set_of(sets, "gone"));
  EXPECT_FALSE(limit_set_of(sets, "gone")->active);
  EXPECT_EQ(limit_set_of(sets, "gone")->name, "gone");
}

}  // namespace
}  // namespace rltrader
