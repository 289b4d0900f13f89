// The rules: what they say of a trend, of a position, and of what they do not know.
#include "learning/rule_policies.hpp"

#include "domain/features.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rltrader {
namespace {

std::unique_ptr<ports::policy> rule(std::string_view name) {
  auto made = make_rule_policy(name, {"rsi", "trend"}, {.enter = 0.6, .leave = 0.2, .bars_held_least = 3});
  EXPECT_TRUE(made) << name;
  return std::move(*made);
}

observation seen(double trend, int sign = 0, int bars_held = 10) {
  return {.features = {0.0, trend}, .position_sign = sign, .bars_held = bars_held};
}

TEST(rule_policies, are_made_by_name) {
  for (const auto name : rule_policy_names) EXPECT_EQ(rule(name)->version(), "rule/" + std::string(name) + "/1");
}

TEST(rule_policies, refuse_unknown_names_and_sets_without_a_trend) {
  const auto unknown = make_rule_policy("martingale", {"trend"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error(),
            (failure{errc::not_found, "rule policy must be one of flat, buy_and_hold, ema_trend, was martingale"}));
  const auto without = make_rule_policy("ema_trend", {"rsi"});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, errc::unsupported);
}

TEST(rule_policies, find_their_features_in_the_default_set) {
  const feature_pipeline p(interval::m5, {interval::h1});
  EXPECT_TRUE(make_rule_policy("ema_trend", p.names()));
}

TEST(flat, closes_whatever_is_held) {
  EXPECT_EQ(rule("flat")->decide(seen(3, 0)).choice, action::hold);
  EXPECT_EQ(rule("flat")->decide(seen(3, 1)).choice, action::close);
  EXPECT_EQ(rule("flat")->decide(seen(3, -1)).choice, action::close);
}

TEST(buy_and_hold, buys_once) {
  EXPECT_EQ(rule("buy_and_hold")->decide(seen(-3, 0)).choice, action::go_long);
  EXPECT_EQ(rule("buy_and_hold")->decide(seen(-3, 1)).choice, action::hold);
  EXPECT_EQ(rule("buy_and_hold")->decide(seen(3, -1)).choice, action::close);
}

TEST(ema_trend, goes_with_the_trend_beyond_the_band) {
  struct row {
    double trend;
    int sign;
    int bars_held;
    action expected;
  };
  const std::vector<row> table{
      {0.7, 0, 0, action::go_long},  {-0.7, 0, 0, action::go_short}, {0.6, 0, 0, action::hold},
      {-0.6, 0, 0, action::hold},    {0, 0, 0, action::hold},        {0.7, 1, 10, action::hold},
      {0.3, 1, 10, action::hold},    {0.1, 1, 10, action::close},    {0.1, 1, 2, action::hold},
      {-0.5, 1, 2, action::hold},    {-0.7, 1, 1, action::close},    {-0.3, -1, 10, action::hold},
      {-0.1, -1, 10, action::close}, {-0.1, -1, 2, action::hold},    {0.7, -1, 1, action::close},
  };
  for (const auto& r : table)
    EXPECT_EQ(rule("ema_trend")->decide(seen(r.trend, r.sign, r.bars_held)).choice, r.expected)
        << "trend " << r.trend << ", held " << r.sign << " for " << r.bars_held;
}

TEST(ema_trend, does_not_flip_between_the_bands) {
  // A trend that trembles around the band to enter opens once and stays.
  auto policy = rule("ema_trend");
  int sign = 0;
  int changes = 0;
  for (int bar = 0; bar < 100; ++bar) {
    const auto answer = policy->decide(seen(bar % 2 == 0 ? 0.62 : 0.58, sign, bar));
    const int wanted = answer.choice == action::go_long ? 1 : answer.choice == action::close ? 0 : sign;
    changes += wanted != sign;
    sign = wanted;
  }
  EXPECT_EQ(changes, 1);
}

TEST(ema_trend, is_surer_of_a_stronger_trend) {
  auto policy = rule("ema_trend");
  const auto weak = policy->decide(seen(0.61));
  const auto strong = policy->decide(seen(3.0));
  EXPECT_GE(weak.confidence, 0.5);
  EXPECT_LT(weak.confidence, strong.confidence);
  EXPECT_LE(strong.confidence, 1);
  EXPECT_EQ(strong.size, strong.confidence);
}

TEST(ema_trend, holds_when_it_cannot_see) {
  auto policy = rule("ema_trend");
  for (const double trend : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const auto answer = policy->decide(seen(trend, 1));
    EXPECT_EQ(answer.choice, action::hold);
    EXPECT_EQ(answer.confidence, 0);
  }
  EXPECT_EQ(policy->decide({}).choice, action::hold);
}

}  // namespace
}  // namespace rltrader
