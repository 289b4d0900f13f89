// The table of settings itself: complete, consistent, and what is made from it is up to date.
#include "runtime/config_commands.hpp"
#include "runtime/process_inputs.hpp"
#include "runtime/setting_row.hpp"
#include "tests/runtime/settings_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <sstream>

namespace rltrader {
namespace {

using testing::IsEmpty;

// What the specification of settings lists.
constexpr const char* specified[] = {"NODE_ENV",
                                     "DISABLE_TEST_DATA_IN_DB",
                                     "E2E_RUN",
                                     "BINGX_MARKET_DATA_MOCK",
                                     "TRADINGVIEW_USE_HTML",
                                     "TRADINGVIEW_HTML_PATH",
                                     "TELEGRAM_MESSAGES_PATH",
                                     "ALLOW_LIVE_SIMULATION",
                                     "PORT",
                                     "RLTRADER_BIND",
                                     "API_TOKEN",
                                     "API_TOKENS_FILE",
                                     "CORS_ORIGIN",
                                     "RLTRADER_DATA_DIR",
                                     "TIMESCALE_URL",
                                     "TIMESCALE_RL_OPS_ENABLED",
                                     "TIMESCALE_MARKET_DATA_ENABLED",
                                     "TIMESCALE_SCHEMA",
                                     "TIMESCALE_POOL_MAX",
                                     "CONVEX_URL",
                                     "CONVEX_DEPLOY_KEY",
                                     "CONVEX_DEPLOYMENT",
                                     "RL_ARTIFACT_DIR",
                                     "BINGX_API_KEY",
                                     "BINGX_SECRET_KEY",
                                     "BINGX_BASE_URL",
                                     "BINGX_WS_URL",
                                     "BINGX_RECV_WINDOW",
                                     "BINGX_WS_ENABLED",
                                     "BINGX_WS_DEPTH_LEVEL",
                                     "BINGX_WS_RECONNECT_MIN_MS",
                                     "BINGX_WS_RECONNECT_MAX_MS",
                                     "BINGX_WS_SUBSCRIBE_BATCH_SIZE",
                                     "MARKET_GOLD_PAIRS",
                                     "MARKET_CRYPTO_PAIRS",
                                     "BINGX_MARKET_DATA_PAIRS",
                                     "BINGX_MARKET_DATA_INTERVALS",
                                     "BINGX_MARKET_DATA_INTERVAL_MIN",
                                     "BINGX_MARKET_DATA_BACKFILL",
                                     "DATA_GAP_MONITOR_INTERVAL_MIN",
                                     "DATA_GAP_LOOKBACK_DAYS",
                                     "DATA_GAP_MIN_MISSING_POINTS",
                                     "DATA_GAP_HEAL_ENABLED",
                                     "DATA_GAP_HEAL_COOLDOWN_MIN",
                                     "DATA_GAP_HEAL_MAX_ATTEMPTS",
                                     "DATA_GAP_HEAL_MAX_GAPS_PER_RUN",
                                     "TRADE_RECONCILE_INTERVAL_MIN",
                                     "RETRY_QUEUE_INTERVAL_SEC",
                                     "INGESTION_DEFAULT_BACKOFF_BASE_SECONDS",
                                     "INGESTION_DEFAULT_BACKOFF_MAX_SECONDS",
                                     "ACCOUNT_RISK_MIN_LIQUIDATION_BUFFER_BPS",
                                     "DECISION_LATENCY_SLO_MS",
                                     "INGESTION_LAG_SLO_SEC",
                                     "SLIPPAGE_SLO_BPS",
                                     "DRIFT_CONFIDENCE_BASELINE",
                                     "DRIFT_CONFIDENCE_DELTA",
                                     "RL_ENFORCE_PROVENANCE",
                                     "RL_FEATURE_OOD_ZSCORE_LIMIT",
                                     "RL_FEATURE_MAX_MISSING_CRITICAL",
                                     "RL_FEATURE_MAX_FRESHNESS_SEC",
                                     "RL_ONLINE_LEARNING_ENABLED",
                                     "RL_ONLINE_LEARNING_PAIRS",
                                     "RL_ONLINE_LEARNING_PAIR",
                                     "RL_ONLINE_LEARNING_INTERVAL",
                                     "RL_ONLINE_LEARNING_CONTEXT_INTERVALS",
                                     "RL_ONLINE_LEARNING_INTERVAL_MIN",
                                     "RL_ONLINE_LEARNING_TRAIN_WINDOW_MIN",
                                     "RL_ONLINE_LEARNING_EVAL_WINDOW_MIN",
                                     "RL_ONLINE_LEARNING_EVAL_LAG_MIN",
                                     "RL_ONLINE_LEARNING_WINDOW_SIZE",
                                     "RL_ONLINE_LEARNING_STRIDE",
                                     "RL_ONLINE_LEARNING_TIMESTEPS",
                                     "RL_ONLINE_LEARNING_DECISION_THRESHOLD",
                                     "RL_ONLINE_LEARNING_AUTO_ROLL_FORWARD",
                                     "RL_ONLINE_LEARNING_MIN_WIN_RATE",
                                     "RL_ONLINE_LEARNING_MIN_NET_PNL",
                                     "RL_ONLINE_LEARNING_MAX_DRAWDOWN",
                                     "RL_ONLINE_LEARNING_MIN_TRADE_COUNT",
                                     "RL_ONLINE_LEARNING_MIN_WIN_RATE_DELTA",
                                     "RL_ONLINE_LEARNING_MIN_NET_PNL_DELTA",
                                     "RL_ONLINE_LEARNING_MAX_DRAWDOWN_DELTA",
                                     "RL_ONLINE_LEARNING_MIN_TRADE_COUNT_DELTA",
                                     "RL_ONLINE_LEARNING_MIN_EFFECT_SIZE",
                                     "RL_ONLINE_LEARNING_MIN_CONFIDENCE_Z",
                                     "RL_ONLINE_LEARNING_MIN_SAMPLE_SIZE",
                                     "RL_ONLINE_LEARNING_ROLLOUT_MODE",
                                     "RL_ONLINE_LEARNING_CANARY_MIN_TRADE_COUNT",
                                     "RL_ONLINE_LEARNING_CANARY_MAX_DRAWDOWN",
                                     "RL_ONLINE_LEARNING_CANARY_FRACTION",
                                     "RL_PPO_LEVERAGE_DEFAULT",
                                     "RL_PPO_TAKER_FEE_BPS",
                                     "RL_PPO_SLIPPAGE_BPS",
                                     "RL_PPO_FUNDING_WEIGHT",
                                     "RL_PPO_DRAWDOWN_PENALTY",
                                     "TRADINGVIEW_PROFILE_URL",
                                     "TRADINGVIEW_SYNC_INTERVAL_MIN",
                                     "INGESTION_MIN_CONTENT_LENGTH",
                                     "TELEGRAM_BOT_TOKEN",
                                     "TELEGRAM_CHAT_IDS",
                                     "TELEGRAM_API_BASE",
                                     "TELEGRAM_INGEST_INTERVAL_MIN",
                                     "ALERT_TELEGRAM_CHAT_ID",
                                     "ALERT_WEBHOOK_URL",
                                     "RLTRADER_PRESET"};

TEST(settings_table, has_every_specified_key) {
  for (const auto* key : specified) EXPECT_NE(find_setting(key), nullptr) << key;
}

TEST(settings_table, reloads_exactly_what_is_specified_to) {
  std::set<std::string> reloadable;
  for (const auto* row : setting_rows())
    if (row->is_reloadable()) reloadable.insert(row->key);
  EXPECT_EQ(reloadable, (std::set<std::string>{
                            "ACCOUNT_RISK_MIN_LIQUIDATION_BUFFER_BPS", "API_TOKEN", "API_TOKENS_FILE", "BINGX_API_KEY",
                            "BINGX_SECRET_KEY", "CORS_ORIGIN", "RETRY_QUEUE_INTERVAL_SEC", "RLTRADER_LOG_LEVEL",
                            "RL_ONLINE_LEARNING_ENABLED", "RL_ONLINE_LEARNING_INTERVAL_MIN", "RL_ONLINE_LEARNING_PAIR",
                            "RL_ONLINE_LEARNING_PAIRS", "TRADE_RECONCILE_INTERVAL_MIN"}));
}

TEST(settings_table, names_each_key_and_each_flag_once) {
  std::set<std::string> keys;
  std::set<std::string> flags;
  for (const auto* row : setting_rows()) {
    EXPECT_TRUE(keys.insert(row->key).second) << row->key;
    EXPECT_TRUE(flags.insert(short_flag_of(row->key)).second) << row->key;
    EXPECT_TRUE(retired_reason(row->key).empty()) << row->key << " is retired and alive";
    EXPECT_TRUE(std::string_view(row->sentence).ends_with('.')) << row->key;
  }
}

TEST(settings_table, reads_back_each_default_as_it_shows_it) {
  const auto defaults = default_settings();
  for (const auto* row : setting_rows()) {
    auto copy = settings{};
    EXPECT_EQ(row->slot.read(copy, row->slot.show(defaults), *row), "") << row->key;
    EXPECT_TRUE(row->slot.same(copy, defaults)) << row->key;
  }
}

// A row that reads another row's member would pass every other test of both.
TEST(settings_table, gives_each_row_a_member_of_its_own) {
  for (const auto* row : setting_rows()) {
    settings changed = default_settings();
    const settings defaults = changed;
    const auto text = row->slot.show(defaults);
    for (const std::string other : {"true", "false", "7", "777", "0.07", "json", "api", "production", "error",
                                    "reference", "buy_and_hold", "full", "3m", "LTC-USDT", "https://example.org/x",
                                    "wss://example.org/x", "postgres://u:p@h/d", "other_words"})
      if (other != text && row->slot.read(changed, other, *row).empty() && !row->slot.same(changed, defaults)) break;
    ASSERT_FALSE(row->slot.same(changed, defaults)) << row->key << " could not be changed";
    for (const auto* witness : setting_rows()) {
      if (witness == row) continue;
      EXPECT_TRUE(witness->slot.same(changed, defaults)) << row->key << " and " << witness->key;
    }
  }
}

TEST(settings_table, refuses_both_sides_of_each_bound) {
  for (const auto* row : setting_rows()) {
    if (!row->slot.ordered) continue;
    for (const double outside : {row->bounds.least - 1, row->bounds.most + 2}) {
      settings untouched = default_settings();
      std::ostringstream text;
      text << std::fixed << outside;
      auto digits = text.str();
      digits.resize(digits.find('.'));
      if (row->bounds.least > 0 && outside < 0) digits = "-1";
      EXPECT_THAT(row->slot.read(untouched, digits, *row), testing::StartsWith("must be "))
          << row->key << "=" << digits;
      EXPECT_TRUE(row->slot.same(untouched, default_settings())) << row->key;
    }
  }
}

std::string source_file(const std::string& path) {
  const auto* root = std::getenv("RLTRADER_SOURCE_DIR");
  const auto text = read_small_file((root == nullptr ? std::string(".") : std::string(root)) + "/" + path);
  return text ? *text : text.error().what;
}

TEST(settings_table, made_the_example_file_as_it_is_committed) {
  std::ostringstream made;
  print_example(made);
  EXPECT_EQ(source_file("config/rltrader.env"), made.str())
      << "run: rltraderd config print-example > config/rltrader.env";
}

TEST(settings_table, made_the_reference_page_as_it_is_committed) {
  std::ostringstream made;
  print_page(made);
  EXPECT_EQ(source_file("docs/settings.md"), made.str()) << "run: rltraderd config print-page > docs/settings.md";
}

TEST(settings_table, accepts_the_example_file_with_every_line_in_force) {
  std::ostringstream made;
  print_example(made);
  std::istringstream lines(made.str());
  std::string file;
  for (std::string line; std::getline(lines, line);)
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ' && line.find("RLTRADER_CONFIG") == std::string::npos)
      file += line.substr(1) + "\n";
  const auto state = test::load({.file = file});
  EXPECT_THAT(test::refusals(state), IsEmpty());
  EXPECT_EQ(state.origin_of("RL_PPO_TAKER_FEE_BPS").from, origin_kind::by_file);
}

}  // namespace
}  // namespace rltrader
