// Rules between settings: production, fixtures, tokens, stores, pairs, intervals, windows.
#include "runtime/settings_checks.hpp"
#include "tests/runtime/settings_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rltrader {
namespace {

using test::load;
using test::refusals;
using testing::ElementsAre;
using testing::IsEmpty;

using environment = std::map<std::string, std::string>;

std::vector<std::string> refused_keys(const loaded& state) {
  std::vector<std::string> out;
  for (const auto& v : state.violations) out.push_back(v.key);
  return out;
}

struct rule_case {
  const char* what;
  environment given;
  std::vector<std::string> refused;
  start_mode mode = start_mode::serving;
};

TEST(settings_checks, refuse_by_name) {
  const std::string token = "0123456789abcdef";
  const std::vector<rule_case> table{
      {"nothing given", {}, {}},
      {"production without a token", {{"NODE_ENV", "production"}}, {"API_TOKEN"}},
      {"production with a token", {{"NODE_ENV", "production"}, {"API_TOKEN", token}}, {}},
      {"production with a token file", {{"NODE_ENV", "production"}, {"API_TOKENS_FILE", "t"}}, {}},
      {"production without the guard on test data",
       {{"NODE_ENV", "production"}, {"API_TOKEN", token}, {"DISABLE_TEST_DATA_IN_DB", "false"}},
       {"DISABLE_TEST_DATA_IN_DB"}},
      {"production with every fixture",
       {{"NODE_ENV", "production"},
        {"API_TOKEN", token},
        {"ALLOW_LIVE_SIMULATION", "1"},
        {"E2E_RUN", "1"},
        {"BINGX_MARKET_DATA_MOCK", "1"},
        {"TRADINGVIEW_USE_HTML", "1"},
        {"TRADINGVIEW_HTML_PATH", "x"},
        {"TELEGRAM_MESSAGES_PATH", "x"},
        {"BINGX_BASE_URL", "https://127.0.0.1:9000"},
        {"BINGX_WS_URL", "wss://evil.example/bingx.com"}},
       {"ALLOW_LIVE_SIMULATION", "E2E_RUN", "BINGX_MARKET_DATA_MOCK", "TRADINGVIEW_USE_HTML", "TRADINGVIEW_HTML_PATH",
        "TELEGRAM_MESSAGES_PATH", "BINGX_BASE_URL", "BINGX_WS_URL"}},
      {"a fixture while test data is disabled", {{"E2E_RUN", "yes"}}, {"E2E_RUN"}},
      {"a fixture where test data is allowed", {{"E2E_RUN", "yes"}, {"DISABLE_TEST_DATA_IN_DB", "no"}}, {}},
      {"the demo host of the exchange",
       {{"BINGX_BASE_URL", "https://open-api-vst.bingx.com"},
        {"BINGX_WS_URL", "wss://vst-open-api-ws.bingx.com/swap-market"}},
       {}},
      {"demo in production",
       {{"NODE_ENV", "production"}, {"API_TOKEN", token}},
       {"NODE_ENV"},
       start_mode::demonstration},
      {"demo with the guard set, in its own folder",
       {{"DISABLE_TEST_DATA_IN_DB", "true"}},
       {},
       start_mode::demonstration},
      {"demo with the guard set, in a folder of somebody else",
       {{"DISABLE_TEST_DATA_IN_DB", "true"}, {"RLTRADER_DATA_DIR", "data"}},
       {"DISABLE_TEST_DATA_IN_DB"},
       start_mode::demonstration},
      {"demo in a folder that was named", {{"RLTRADER_DATA_DIR", "/tmp/x"}}, {}, start_mode::demonstration},
      {"all addresses without a token", {{"RLTRADER_BIND", "0.0.0.0"}}, {"RLTRADER_BIND"}},
      {"all addresses with a token", {{"RLTRADER_BIND", "0.0.0.0"}, {"API_TOKEN", token}}, {}},
      {"another loopback address", {{"RLTRADER_BIND", "127.1.2.3"}}, {}},
      {"loopback of the newer protocol", {{"RLTRADER_BIND", "::1"}}, {}},
      {"a name that begins like loopback", {{"RLTRADER_BIND", "127.evil.example"}}, {"RLTRADER_BIND"}},
      {"a name", {{"RLTRADER_BIND", "localhost"}}, {"RLTRADER_BIND"}},
      {"no address, and a token", {{"RLTRADER_BIND", "999.1.1.1"}, {"API_TOKEN", token}}, {"RLTRADER_BIND"}},
      {"nothing, and a token", {{"RLTRADER_BIND", ""}, {"API_TOKEN", token}}, {"RLTRADER_BIND"}},
      {"stores without their address",
       {{"TIMESCALE_RL_OPS_ENABLED", "1"}, {"TIMESCALE_MARKET_DATA_ENABLED", "1"}},
       {"TIMESCALE_RL_OPS_ENABLED", "TIMESCALE_MARKET_DATA_ENABLED"}},
      {"fewer connections than stores",
       {{"TIMESCALE_RL_OPS_ENABLED", "1"},
        {"TIMESCALE_MARKET_DATA_ENABLED", "1"},
        {"TIMESCALE_URL", "postgres://h/d"},
        {"TIMESCALE_POOL_MAX", "2"}},
       {"TIMESCALE_POOL_MAX"}},
      {"one key of two", {{"BINGX_API_KEY", "12345678"}}, {"BINGX_SECRET_KEY"}},
      {"waits upside down",
       {{"BINGX_WS_RECONNECT_MIN_MS", "50000"}, {"INGESTION_DEFAULT_BACKOFF_BASE_SECONDS", "9999"}},
       {"BINGX_WS_RECONNECT_MIN_MS", "INGESTION_DEFAULT_BACKOFF_BASE_SECONDS"}},
      {"an interval that is not kept", {{"RL_ONLINE_LEARNING_INTERVAL", "3m"}}, {"RL_ONLINE_LEARNING_INTERVAL"}},
      {"a context that is not kept",
       {{"RL_ONLINE_LEARNING_CONTEXT_INTERVALS", "30m"}},
       {"RL_ONLINE_LEARNING_CONTEXT_INTERVALS"}},
      {"a context shorter than the primary",
       {{"RL_ONLINE_LEARNING_CONTEXT_INTERVALS", "1m"}},
       {"RL_ONLINE_LEARNING_CONTEXT_INTERVALS"}},
      {"intervals twice",
       {{"BINGX_MARKET_DATA_INTERVALS", "1m,5m,15m,1h,4h,5m"}, {"RL_ONLINE_LEARNING_CONTEXT_INTERVALS", "1h,1h"}},
       {"BINGX_MARKET_DATA_INTERVALS", "RL_ONLINE_LEARNING_CONTEXT_INTERVALS"}},
      {"demo's primary shorter than its bars",
       {{"RLTRADER_DEMO_INTERVAL", "5m"}, {"RL_ONLINE_LEARNING_INTERVAL", "1m"}},
       {"RL_ONLINE_LEARNING_INTERVAL"},
       start_mode::demonstration},
      {"limits upside down",
       {{"RLTRADER_PAPER_MAX_DAILY_LOSS_FRACTION", "0.3"}, {"RLTRADER_PAPER_MAX_TOTAL_FRACTION", "0.1"}},
       {"RLTRADER_PAPER_MAX_DAILY_LOSS_FRACTION", "RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION"}},
      {"a gap that loses more than the hard loss",
       {{"RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION", "0.9"}},
       {"RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION"}},
  };
  for (const auto& row : table)
    EXPECT_EQ(refused_keys(load({.environment = row.given, .mode = row.mode})), row.refused) << row.what;
}

TEST(settings_checks, name_pairs_that_are_unknown_or_twice) {
  EXPECT_THAT(
      refusals(load({.environment = {{"RL_ONLINE_LEARNING_PAIRS", "btcusdt,DOGE-USDT,BTC-USDT,gold,XAUTUSDT"}}})),
      ElementsAre("RL_ONLINE_LEARNING_PAIRS = \"btcusdt,DOGE-USDT,BTC-USDT,gold,XAUTUSDT\" (environment) names one "
                  "pair twice: btcusdt and BTC-USDT",
                  "RL_ONLINE_LEARNING_PAIRS = \"btcusdt,DOGE-USDT,BTC-USDT,gold,XAUTUSDT\" (environment) names one "
                  "pair twice: gold and XAUTUSDT",
                  "RL_ONLINE_LEARNING_PAIRS = \"btcusdt,DOGE-USDT,BTC-USDT,gold,XAUTUSDT\" (environment) names "
                  "what is not supported: DOGE-USDT; supported are XAUTUSDT, PAXGUSDT, BTC-USDT, ETH-USDT, "
                  "SOL-USDT, XRP-USDT, BNB-USDT, ALGO-USDT"));
}

TEST(settings_checks, name_a_pair_whose_data_is_not_kept) {
  EXPECT_THAT(
      refusals(load({.environment = {{"BINGX_MARKET_DATA_PAIRS", "BTC-USDT"}}})),
      ElementsAre("RL_ONLINE_LEARNING_PAIRS = \"XAUTUSDT\" (default) names XAUTUSDT, whose market data is not kept "
                  "(BINGX_MARKET_DATA_PAIRS)"));
}

TEST(settings_checks, refuse_windows_that_cannot_hold_their_trades_with_the_arithmetic) {
  const environment given{{"RL_ONLINE_LEARNING_ENABLED", "true"},
                          {"RL_ONLINE_LEARNING_TRAIN_WINDOW_MIN", "120"},
                          {"RL_ONLINE_LEARNING_EVAL_WINDOW_MIN", "60"}};
  EXPECT_THAT(
      refusals(load({.environment = given})),
      ElementsAre("RL_ONLINE_LEARNING_EVAL_WINDOW_MIN = \"60\" (environment) cannot hold its minimum of trades: "
                  "60 min / 5m = 12 bars, but RL_ONLINE_LEARNING_MIN_TRADE_COUNT asks for 20",
                  "RL_ONLINE_LEARNING_EVAL_WINDOW_MIN = \"60\" (environment) cannot hold its minimum of samples: "
                  "60 min / 5m = 12 bars, but RL_ONLINE_LEARNING_MIN_SAMPLE_SIZE asks for 30",
                  "RL_ONLINE_LEARNING_TRAIN_WINDOW_MIN = \"120\" (environment) cannot hold one step of training: "
                  "120 min / 5m = 24 bars, but RL_ONLINE_LEARNING_WINDOW_SIZE takes 30 before the first step"));
  auto not_learning = given;
  not_learning["RL_ONLINE_LEARNING_ENABLED"] = "false";
  const auto warned = load({.environment = not_learning});
  EXPECT_THAT(refusals(warned), IsEmpty());
  EXPECT_EQ(warned.warnings.size(), 3U);
}

TEST(settings_checks, let_the_reference_preset_through_in_shadow) {
  const auto state = load({.environment = {{"RLTRADER_PRESET", "reference"},
                                           {"RL_ONLINE_LEARNING_ENABLED", "true"},
                                           {"RL_ONLINE_LEARNING_TIMESTEPS", "900"},
                                           {"RL_ONLINE_LEARNING_ROLLOUT_MODE", "full"}}});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_EQ(state.values.train_window_min, 360);
  EXPECT_EQ(state.values.eval_window_min, 120);
  EXPECT_EQ(state.values.timesteps, 900);
  EXPECT_EQ(state.values.rollout_mode, rollout_choice::shadow);
  EXPECT_EQ(origin_text(state.origin_of("RL_ONLINE_LEARNING_EVAL_WINDOW_MIN")), "preset reference");
  EXPECT_THAT(
      state.warnings,
      ElementsAre("RL_ONLINE_LEARNING_ROLLOUT_MODE is shadow, whatever was set: RLTRADER_PRESET=reference",
                  "RL_ONLINE_LEARNING_EVAL_WINDOW_MIN = 120 cannot hold its minimum of samples: 120 min / 5m = 24 "
                  "bars, but RL_ONLINE_LEARNING_MIN_SAMPLE_SIZE asks for 30",
                  "RLTRADER_PRESET=reference: windows this short prove nothing, so challengers stay in shadow"));
}

TEST(settings_checks, drop_default_contexts_that_a_longer_primary_makes_pointless) {
  const auto state = load({.environment = {{"RL_ONLINE_LEARNING_INTERVAL", "1h"}}});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_THAT(state.values.learning_contexts, ElementsAre(interval::h4));
}

TEST(settings_checks, say_what_this_version_cannot_serve) {
  EXPECT_THAT(not_built_in(load({}).values), IsEmpty());
  const auto state = load({.environment = {{"TIMESCALE_RL_OPS_ENABLED", "1"},
                                           {"TIMESCALE_URL", "postgres://h/d"},
                                           {"CONVEX_URL", "https://x.convex.cloud"},
                                           {"BINGX_API_KEY", "12345678"},
                                           {"BINGX_SECRET_KEY", "12345678"},
                                           {"RLTRADER_ROLE", "jobs"},
                                           {"ALERT_WEBHOOK_URL", "https://x/y"}}});
  EXPECT_THAT(refusals(state), IsEmpty());
  std::vector<std::string> sentences;
  for (const auto& feature : not_built_in(state.values)) sentences.push_back(feature.sentence);
  EXPECT_THAT(
      sentences,
      ElementsAre("CONVEX_URL is set, but the Convex backend is not built into this version",
                  "BINGX_API_KEY is set, but live trading is not built into this version",
                  "BINGX_SECRET_KEY is set, but live trading is not built into this version",
                  "RLTRADER_ROLE is jobs, but running on several nodes is not built into this version; use all"));
  EXPECT_THAT(without_effect(state.values),
              ElementsAre(missing_feature{"ALERT_WEBHOOK_URL",
                                          "ALERT_WEBHOOK_URL has no effect: sending alerts to a webhook "
                                          "is not built into this version"}));
}

TEST(settings_checks, know_the_venues_own_hosts) {
  for (const auto* own : {"https://open-api.bingx.com", "https://OPEN-API.BINGX.COM/x", "wss://bingx.pro:443/y",
                          "https://open-api.bingx.io?x", "https://user:word@open-api.bingx.com:443/"})
    EXPECT_TRUE(is_venue_host(own)) << own;
  for (const auto* other : {"http://open-api.bingx.com", "https://open-api.bingx.com@evil.example",
                            "https://evil.example/bingx.com", "https://evilbingx.com", "https://bingx.com.evil.example",
                            "https://evil.example#.bingx.com", "https://evil.example\\.bingx.com", "https://", ""})
    EXPECT_FALSE(is_venue_host(other)) << other;
}

}  // namespace
}  // namespace rltrader
