// Laying sources over each other: which wins, where each value came from, and everything wrong named at once.
#include "runtime/process_inputs.hpp"
#include "tests/runtime/settings_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace rltrader {
namespace {

using test::load;
using test::names;
using test::refusals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(settings_load, takes_the_strongest_source_and_says_which) {
  const std::string file = "PORT=1001\nRETRY_QUEUE_INTERVAL_SEC=11\nSLIPPAGE_SLO_BPS=12\n";
  const auto state = load({.arguments = {"--port=1003"},
                           .environment = {{"PORT", "1002"}, {"RETRY_QUEUE_INTERVAL_SEC", "22"}},
                           .file = file});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_EQ(state.values.http_port, 1003);
  EXPECT_EQ(state.values.retry_sweep_sec, 22);
  EXPECT_EQ(state.values.slippage_slo_bps, 12);
  EXPECT_EQ(state.values.reconcile_interval_min, 5);
  EXPECT_EQ(origin_text(state.origin_of("PORT")), "flag --port");
  EXPECT_EQ(origin_text(state.origin_of("RETRY_QUEUE_INTERVAL_SEC")), "environment");
  EXPECT_EQ(origin_text(state.origin_of("SLIPPAGE_SLO_BPS")), "conf.env:3");
  EXPECT_EQ(origin_text(state.origin_of("TRADE_RECONCILE_INTERVAL_MIN")), "default");
  EXPECT_THAT(state.covered, ElementsAre(covered_value{"PORT", "conf.env:1", "--port"},
                                         covered_value{"RETRY_QUEUE_INTERVAL_SEC", "conf.env:2", "environment"}));
}

TEST(settings_load, understands_every_spelling_of_a_flag) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--port=99"},
                                                    {"--PORT=99"},
                                                    {"--port", "99"},
                                                    {"--set", "PORT=99"},
                                                    {"--set=PORT=99"}})
    EXPECT_EQ(load({.arguments = arguments}).values.http_port, 99) << arguments.front();
  const auto state =
      load({.arguments = {"--seed=7", "--rltrader-time-scale=5", "--e2e-run", "--ppo-leverage", "x",
                          "--disable-test-data-in-db=off", "replay", "a.csv", "--speed=max", "--", "--seed=8"}});
  EXPECT_EQ(state.values.seed, 7);
  EXPECT_EQ(state.values.time_scale, 5);
  EXPECT_TRUE(state.values.e2e_run);
}

TEST(settings_load, leaves_what_is_no_setting_to_the_commands) {
  const std::vector<std::string> arguments{"replay", "a.csv", "--speed=max", "--seed", "3", "--json", "--", "--port=1"};
  const auto line = read_command_line(arguments);
  EXPECT_THAT(line.rest, ElementsAre("replay", "a.csv", "--speed=max", "--json", "--port=1"));
  ASSERT_EQ(line.given.size(), 1U);
  EXPECT_EQ(line.given[0].key, "RLTRADER_SEED");
  EXPECT_EQ(unknown_flag_text("--prot=1"), "--prot is not known; did you mean --port?");
  EXPECT_EQ(unknown_flag_text("--time-scal"), "--time-scal is not known; did you mean --time-scale?");
  EXPECT_EQ(unknown_flag_text("--qqqqqqqqqq"), "--qqqqqqqqqq is not known");
}

TEST(settings_load, takes_no_secret_from_the_command_line) {
  const auto state = load({.arguments = {"--api-token=hunter2hunter2", "--set", "BINGX_API_KEY=hunter3hunter3"}});
  EXPECT_THAT(
      refusals(state),
      ElementsAre("API_TOKEN = ******** (--api-token) is a secret and is not taken from the command line; use "
                  "API_TOKEN_FILE, the environment or the configuration file",
                  "BINGX_API_KEY = ******** (--set BINGX_API_KEY) is a secret and is not taken from the command "
                  "line; use BINGX_API_KEY_FILE, the environment or the configuration file"));
}

TEST(settings_load, reads_any_value_through_a_file) {
  const auto state =
      load({.arguments = {"--port-file=port.txt"},
            .environment = {{"API_TOKEN_FILE", "token.txt"}},
            .file = "SLIPPAGE_SLO_BPS_FILE=slippage.txt\n",
            .other_files = {{"port.txt", "4242\n"}, {"token.txt", "correct horse\n"}, {"slippage.txt", " 7 "}}});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_EQ(state.values.http_port, 4242);
  EXPECT_EQ(state.values.api_token, "correct horse");
  EXPECT_EQ(state.values.slippage_slo_bps, 7);
  EXPECT_EQ(origin_text(state.origin_of("API_TOKEN")), "environment, read from token.txt");
  EXPECT_EQ(origin_text(state.origin_of("SLIPPAGE_SLO_BPS")), "conf.env:1, read from slippage.txt");
}

TEST(settings_load, reads_a_list_of_pairs_from_its_own_file) {
  const auto state = load({.environment = {{"RL_ONLINE_LEARNING_PAIRS_FILE", "pairs"}},
                           .other_files = {{"pairs", "# what we trade\nbtcusdt, eth/usdt # two\r\n\ngold\n"}}});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_THAT(names(state.values.learning_pairs), ElementsAre("BTC-USDT", "ETH-USDT", "XAUTUSDT"));
}

TEST(settings_load, names_a_value_given_twice_and_a_file_that_is_missing) {
  const auto state = load({.arguments = {"--seed=1", "--seed=2", "--set", "nonsense", "--port"},
                           .environment = {{"PORT", "1"}, {"PORT_FILE", "x"}, {"CORS_ORIGIN_FILE", "gone"}},
                           .file = "SLIPPAGE_SLO_BPS=1\nSLIPPAGE_SLO_BPS_FILE=x\nRLTRADER_CONFIG=other\n"});
  EXPECT_THAT(
      refusals(state),
      ElementsAre("RLTRADER_SEED = \"2\" (--seed) is given twice on the command line",
                  "--set (command line) needs "
                  "KEY=VALUE",
                  "PORT (--port) needs a value: --port=VALUE",
                  "PORT (environment) is given both as itself and as PORT_FILE",
                  "SLIPPAGE_SLO_BPS (conf.env:2) is given both as itself and as SLIPPAGE_SLO_BPS_FILE (conf.env:1)",
                  "RLTRADER_CONFIG (conf.env:3) cannot be set in the configuration file itself",
                  "CORS_ORIGIN (environment, read from gone) cannot be read: gone: No such file or directory"));
}

TEST(settings_load, names_everything_wrong_at_once_with_value_and_bound) {
  const auto state = load({.file = "PORT=99999\n"
                                   "NODE_ENV=prod\n"
                                   "RL_ONLINE_LEARNING_INTERVAL=7m\n"
                                   "E2E_RUN=maybe\n"
                                   "SLIPPAGE_SLO_BPS=12.5\n"
                                   "RLTRADER_STARTING_BALANCE=1e4\n"
                                   "DRIFT_CONFIDENCE_DELTA=nan\n"
                                   "CONVEX_URL=ftp://x\n"
                                   "TIMESCALE_SCHEMA=a-b\n"
                                   "BINGX_MARKET_DATA_INTERVALS=1m,2m\n"
                                   "API_TOKEN=short\n"
                                   "BINGX_BASE_URL=\n"
                                   "PROT=1\n"
                                   "RL_ONLINE_LERNING_PAIRS=x\n"});
  EXPECT_THAT(
      refusals(state),
      testing::UnorderedElementsAre(
          "PORT = \"99999\" (conf.env:1) must be a whole number from 0 to 65535",
          "NODE_ENV = \"prod\" (conf.env:2) must be one of development, test, production",
          "RL_ONLINE_LEARNING_INTERVAL = \"7m\" (conf.env:3) must be one of 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, "
          "12h, 1d, 3d, 1w, 1M",
          "E2E_RUN = \"maybe\" (conf.env:4) must be yes or no (1 true yes on, 0 false no off)",
          "SLIPPAGE_SLO_BPS = \"12.5\" (conf.env:5) must be a whole number from 1 to 10000",
          "RLTRADER_STARTING_BALANCE = \"1e4\" (conf.env:6) must be a decimal with at most 8 places from 1 to "
          "1000000000",
          "DRIFT_CONFIDENCE_DELTA = \"nan\" (conf.env:7) must be a number from 0 to 1",
          "CONVEX_URL = \"ftp://x\" (conf.env:8) must be an address with http:// or https:// and a host",
          "TIMESCALE_SCHEMA = \"a-b\" (conf.env:9) must be a name of letters, digits and _ that begins with no digit, "
          "at "
          "most 63 long",
          "BINGX_MARKET_DATA_INTERVALS = \"1m,2m\" (conf.env:10) holds \"2m\"; an interval is one of 1m 3m 5m 15m 30m "
          "1h "
          "2h 4h 6h 8h 12h 1d 3d 1w 1M",
          "API_TOKEN = ******** (conf.env:11) must be a text of at least 8 characters",
          "BINGX_BASE_URL = \"\" (conf.env:12) must not be empty",
          "PROT (conf.env:13) is not a setting; did you mean PORT?",
          "RL_ONLINE_LERNING_PAIRS (conf.env:14) is not a setting; did you mean RL_ONLINE_LEARNING_PAIRS?"));
  EXPECT_THAT(violations_text(state), testing::StartsWith("the configuration is refused, 14 violations:\n  "));
  EXPECT_EQ(state.values.http_port, 8787) << "a refused value leaves the default";
}

TEST(settings_load, understands_yes_and_no_in_every_spelling) {
  for (const auto* yes : {"1", "true", "YES", " on "})
    EXPECT_TRUE(load({.environment = {{"RL_ENFORCE_PROVENANCE", yes}}}).values.provenance_enforced) << yes;
  for (const auto* no : {"0", "False", "no", "OFF", ""})
    EXPECT_FALSE(load({.environment = {{"BINGX_WS_ENABLED", no}}}).values.bingx_ws_enabled) << no;
}

TEST(settings_load, warns_of_keys_that_the_older_system_had) {
  const auto state =
      load({.arguments = {"--set", "FETCH_FULL=1"},
            .environment = {{"RL_SERVICE_URL", "http://x"}, {"OPENAI_API_KEY", "not ours"}, {"HOME", "/"}},
            .file = "TELEGRAM_API_ID=1\n"});
  EXPECT_THAT(refusals(state), IsEmpty());
  EXPECT_THAT(state.warnings,
              ElementsAre("--set FETCH_FULL has no meaning here: a call of /sync/tradingview says full_content itself",
                          "RL_SERVICE_URL in the environment has no meaning here: learning runs inside the daemon",
                          "TELEGRAM_API_ID (conf.env:1) has no meaning here: posts come by the Bot API: "
                          "TELEGRAM_BOT_TOKEN"));
}

TEST(settings_load, warns_of_a_near_miss_in_the_environment) {
  EXPECT_THAT(load({.environment = {{"RLTRADER_SEDE", "3"}}}).warnings,
              ElementsAre("RLTRADER_SEDE in the environment is not a setting; did you mean RLTRADER_SEED?"));
}

TEST(settings_load, refuses_hostile_values) {
  using namespace std::string_literals;
  const auto state = load({.environment = {{"CORS_ORIGIN", "a\xff"}, {"CONVEX_DEPLOYMENT_FILE", "nul"}},
                           .other_files = {{"nul", "a\0b"s}}});
  EXPECT_THAT(refusals(state),
              ElementsAre("CORS_ORIGIN = \"a?\" (environment) is not UTF-8",
                          "CONVEX_DEPLOYMENT = \"a?b\" (environment, read from nul) holds a NUL byte"));
}

TEST(settings_load, never_shows_a_secret_in_what_it_refuses) {
  const auto state = load({.file = "API_TOKEN=\"tellnobody\nBINGX_SECRET_KEY='tellnobody' x\nTIMESCALE_URL=tellnobody\n"
                                   "tellnobody\n"});
  EXPECT_EQ(state.violations.size(), 4U);
  EXPECT_THAT(violations_text(state), Not(HasSubstr("tellnobody")));
}

TEST(settings_load, keeps_every_form_of_a_secret_for_redaction) {
  const auto state =
      load({.environment = {{"API_TOKEN", "12345678"}, {"TIMESCALE_URL", "postgres://me:pass:w@host/db"}}});
  EXPECT_THAT(secret_values(state.values), ElementsAre("12345678", "postgres://me:pass:w@host/db", "pass:w"));
  EXPECT_EQ(shown_value(state.values, "API_TOKEN"), "********");
  EXPECT_EQ(shown_value(state.values, "BINGX_API_KEY"), "");
}

TEST(settings_load, has_defaults_of_the_mode) {
  const auto demo = load({.mode = start_mode::demonstration});
  EXPECT_THAT(refusals(demo), IsEmpty());
  EXPECT_EQ(demo.values.data_dir, "data/demo");
  EXPECT_EQ(demo.values.artifact_dir, "data/demo/artifacts");
  EXPECT_FALSE(demo.values.test_data_disabled);
  EXPECT_TRUE(demo.values.learning_enabled);
  EXPECT_EQ(demo.values.policy, policy_choice::ema_trend_agent);
  EXPECT_EQ(demo.values.learning_interval, interval::m1);
  EXPECT_EQ(demo.values.learning_pairs.size(), 8U);
  EXPECT_EQ(origin_text(demo.origin_of("RL_ONLINE_LEARNING_INTERVAL")), "default of demo");

  const auto replay = load({.mode = start_mode::replaying});
  EXPECT_EQ(replay.values.policy, policy_choice::ema_trend_agent);
  EXPECT_EQ(replay.values.learning_pairs.size(), 8U);
  EXPECT_TRUE(replay.values.test_data_disabled);

  const auto serve = load({});
  EXPECT_EQ(serve.values.policy, policy_choice::flat_agent);
  EXPECT_THAT(names(serve.values.learning_pairs), ElementsAre("XAUTUSDT"));
  EXPECT_THAT(serve.values.learning_contexts, ElementsAre(interval::m15, interval::h1, interval::h4));
}

TEST(settings_load, lets_a_given_value_win_over_the_modes) {
  const auto demo = load({.environment = {{"RL_ONLINE_LEARNING_PAIR", "eth-usdt"}, {"RLTRADER_POLICY", "flat"}},
                          .mode = start_mode::demonstration});
  EXPECT_EQ(demo.values.policy, policy_choice::flat_agent);
  EXPECT_THAT(names(demo.values.learning_pairs), ElementsAre("ETH-USDT"));
}

TEST(small_files, are_read_whole_and_refused_when_large_missing_or_a_folder) {
  const auto folder = std::filesystem::temp_directory_path() / ("rltrader-small-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto path = (folder / "file").string();
  std::ofstream(path, std::ios::binary) << std::string(1 << 20, 'x');
  const auto fits = read_small_file(path);
  ASSERT_TRUE(fits);
  EXPECT_EQ(fits->size(), std::size_t{1} << 20U);
  std::ofstream(path, std::ios::binary | std::ios::app) << 'x';
  EXPECT_EQ(read_small_file(path).error(), (failure{errc::out_of_bounds, path + ": is larger than 1 MiB"}));
  EXPECT_EQ(read_small_file(folder.string()).error(), (failure{errc::malformed, folder.string() + ": is a folder"}));
  EXPECT_EQ(read_small_file("/no/such").error(), (failure{errc::not_found, "/no/such: No such file or directory"}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rltrader
