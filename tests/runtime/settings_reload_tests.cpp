// SIGHUP: what takes effect, what needs a restart, and what a flag or the environment holds fast.
#include "tests/runtime/settings_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rltrader {
namespace {

using test::load;
using test::names;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(settings_reload, takes_what_is_reloadable_and_names_the_rest) {
  const auto now = load({.file = "RETRY_QUEUE_INTERVAL_SEC=30\nRL_ONLINE_LEARNING_PAIRS=BTC-USDT,ETH-USDT\n"}).values;
  const auto plan = plan_reload(now, load({.file = "RETRY_QUEUE_INTERVAL_SEC=60\nPORT=9999\nSLIPPAGE_SLO_BPS=7\n"
                                                   "RL_ONLINE_LEARNING_PAIRS=ETH-USDT,SOL-USDT\n"}));
  EXPECT_THAT(plan.violations, IsEmpty());
  EXPECT_THAT(plan.changed, ElementsAre("RETRY_QUEUE_INTERVAL_SEC", "RL_ONLINE_LEARNING_PAIRS"));
  EXPECT_THAT(plan.needs_restart, ElementsAre("PORT", "SLIPPAGE_SLO_BPS"));
  EXPECT_THAT(plan.fixed, IsEmpty());
  EXPECT_THAT(names(plan.pairs_added), ElementsAre("SOL-USDT"));
  EXPECT_THAT(names(plan.pairs_removed), ElementsAre("BTC-USDT"));
  EXPECT_EQ(plan.values.retry_sweep_sec, 60);
  EXPECT_EQ(plan.values.http_port, 8787);
  EXPECT_EQ(plan.values.slippage_slo_bps, 50);
}

TEST(settings_reload, names_what_the_file_cannot_change) {
  const test::given before{.arguments = {"--retry-queue-interval-sec=15"},
                           .environment = {{"CORS_ORIGIN", "https://a"}}};
  auto after = before;
  after.file = "RETRY_QUEUE_INTERVAL_SEC=60\nCORS_ORIGIN=https://b\n";
  const auto plan = plan_reload(load(before).values, load(after));
  EXPECT_THAT(plan.changed, IsEmpty());
  EXPECT_THAT(plan.fixed, testing::UnorderedElementsAre(
                              covered_value{"RETRY_QUEUE_INTERVAL_SEC", "conf.env:1", "--retry-queue-interval-sec"},
                              covered_value{"CORS_ORIGIN", "conf.env:2", "environment"}));
}

TEST(settings_reload, reads_a_named_file_again_even_when_the_environment_names_it) {
  const std::map<std::string, std::string> environment{{"RL_ONLINE_LEARNING_PAIRS_FILE", "pairs"},
                                                       {"API_TOKEN_FILE", "token"}};
  const auto now = load({.environment = environment, .other_files = {{"pairs", "BTC-USDT"}, {"token", "first-token"}}});
  const auto next =
      load({.environment = environment, .other_files = {{"pairs", "BTC-USDT\nETH-USDT"}, {"token", "second-token"}}});
  const auto plan = plan_reload(now.values, next);
  EXPECT_THAT(plan.changed, ElementsAre("API_TOKEN", "RL_ONLINE_LEARNING_PAIRS"));
  EXPECT_THAT(names(plan.pairs_added), ElementsAre("ETH-USDT"));
  EXPECT_EQ(plan.values.api_token, "second-token");
}

TEST(settings_reload, applies_nothing_of_a_broken_file) {
  const auto now = load({}).values;
  const auto plan = plan_reload(now, load({.file = "RETRY_QUEUE_INTERVAL_SEC=60\nTRADE_RECONCILE_INTERVAL_MIN=x\n"}));
  EXPECT_EQ(plan.violations.size(), 1U);
  EXPECT_THAT(plan.changed, IsEmpty());
  EXPECT_EQ(plan.values.retry_sweep_sec, 30);
}

// The file is sound by itself: loopback needs no token. But the daemon still listens on all addresses until its restart.
TEST(settings_reload, checks_the_mix_of_what_runs_and_what_is_new) {
  const auto now = load({.file = "RLTRADER_BIND=0.0.0.0\nAPI_TOKEN=0123456789\n"}).values;
  const auto plan = plan_reload(now, load({.file = "CORS_ORIGIN=https://a\n"}));
  ASSERT_EQ(plan.violations.size(), 1U);
  EXPECT_EQ(plan.violations[0].key, "RLTRADER_BIND");
  EXPECT_EQ(plan.values.api_token, "0123456789");
  EXPECT_EQ(plan.values.cors_origin, "");
}

TEST(settings_reload, does_not_add_a_pair_whose_market_data_waits_for_a_restart) {
  const auto now = load({.file = "BINGX_MARKET_DATA_PAIRS=BTC-USDT\nRL_ONLINE_LEARNING_PAIRS=BTC-USDT\n"}).values;
  const auto plan = plan_reload(now, load({.file = "RL_ONLINE_LEARNING_PAIRS=BTC-USDT,ETH-USDT\n"}));
  ASSERT_EQ(plan.violations.size(), 1U);
  EXPECT_EQ(plan.violations[0].value, "ETH-USDT");
  EXPECT_THAT(plan.pairs_added, IsEmpty());
}

}  // namespace
}  // namespace rltrader
