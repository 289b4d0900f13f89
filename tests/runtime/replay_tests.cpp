// Recorded markets through the whole desk: the same story every time, figures that add up, and an answer for bad input.
#include "runtime/replay.hpp"

#include "domain/instrument.hpp"
#include "runtime/load_settings.hpp"
#include "runtime/terms.hpp"
#include "sim/price_maker.hpp"
#include "wire/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rltrader {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr instant begin = instant_of_ms(1'751'328'000'000);  // 2025-07-01 00:00 UTC
const desk_maker real_desk{open_desk, [](caf::actor_system& s, desk& d) { close_desk(s, d, closing::at_once); }};

/// A folder with two pairs of three days each, made from a seed.
class replayed_market : public testing::Test {
 protected:
  replayed_market() {
    auto pattern = (fs::temp_directory_path() / "rltrader-replay-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    options_.terms = paper_terms(
        load_settings({.line = {}, .environment = {}, .read = {}, .mode = start_mode::replaying}).values, 1);
    options_.terms.policy = "ema_trend";
    options_.terms.contexts = {interval::m15, interval::h1};
    options_.progress = progress_style::silent;
    options_.paths = {folder_.string()};
  }
  ~replayed_market() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  /// Bars of 5 minutes out of made minutes, as a file.
  void record(const std::string& file, const std::string& pair, int days, std::uint64_t seed = 7) {
    const pair_name name{pair};
    sim::price_maker maker(seed, {sim::start_of(name)}, begin, {.gaps = 0, .jumps = 2, .shocks = 0.5});
    aggregator build(interval::m1, interval::m5);
    std::ostringstream text;
    text << "timestamp_ms,open,high,low,close,volume\n";
    for (const auto& c : maker.history(name, begin + hours{24} * days))
      if (const auto five = build.push(c))
        text << ms_of(five->open_time) << ',' << five->open.text() << ',' << five->high.text() << ','
             << five->low.text() << ',' << five->close.text() << ',' << five->volume.text() << '\n';
    write(file, text.str());
  }

  struct outcome {
    int code = 0;
    std::string out;
    std::string err;
  };
  outcome play() const {
    std::ostringstream out;
    std::ostringstream err;
    const auto code = run_replay_with(real_desk, options_, out, err);
    return {code, out.str(), err.str()};
  }
  json play_json() {
    options_.json = true;
    const auto done = play();
    EXPECT_EQ(done.code, replay_ok) << done.err;
    return json::parse(done.out);
  }

  fs::path folder_;
  replay_options options_;
};

TEST_F(replayed_market, tells_the_same_story_for_the_same_files_and_seed_and_another_for_another_policy) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 3);
  record("ETHUSDT-5m.csv", "ETH-USDT", 3);
  const auto first = play_json();
  const auto second = play_json();
  EXPECT_EQ(first["decision_hash"], second["decision_hash"]);
  EXPECT_EQ(first["total"], second["total"]);
  EXPECT_EQ(first["decision_hash"].get<std::string>().size(), 64U);
  options_.terms.policy = "flat";
  EXPECT_NE(play_json()["decision_hash"], first["decision_hash"]);
}

money money_of(const json& figures, const char* name) { return *money::parse(figures[name].get<std::string>()); }

TEST_F(replayed_market, reports_figures_that_add_up) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 4);
  record("ETHUSDT-5m.csv", "ETH-USDT", 4);
  write("BTCUSDT-funding-8h.csv", "1751356800000,0.0001\n1751385600000,-0.0002\n1600000000000,0.1\n");
  const auto report = play_json();
  ASSERT_EQ(report["pairs"].size(), 2U);
  money sum;
  std::int64_t decisions = 0;
  for (const auto& pair : report["pairs"]) {
    const auto& f = pair["figures"];
    EXPECT_EQ(f["bars"], 4 * 288);
    EXPECT_EQ(f["decisions"], f["bars"]);
    std::int64_t by_action = 0;
    for (const auto& [action, count] : f["decisions_by_action"].items()) by_action += count.get<std::int64_t>();
    EXPECT_EQ(by_action, f["decisions"]);
    const auto pnl = money_of(f, "pnl");
    EXPECT_EQ(pnl, money_of(f, "realised_pnl") + money_of(f, "unrealised_pnl") - money_of(f, "fees") +
                       money_of(f, "funding"));
    EXPECT_LE(money{}, money_of(f, "max_drawdown"));
    sum += pnl;
    decisions += f["decisions"].get<std::int64_t>();
  }
  EXPECT_EQ(money_of(report["total"], "pnl"), sum);
  EXPECT_EQ(report["total"]["decisions"], decisions);
  EXPECT_GT(report["total"]["orders"], 0);
  EXPECT_GT(report["total"]["fills"], 0);
  EXPECT_GT(money_of(report["total"], "fees"), money{});
  EXPECT_EQ(report["complete"], true);
  EXPECT_THAT(report["notes"].dump(), HasSubstr("1 funding rates lie outside"));
}

TEST_F(replayed_market, holds_on_a_gap_and_says_why) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 2);
  std::ifstream in(folder_ / "BTCUSDT-5m.csv");
  std::string with_hole;
  std::string line;
  for (int n = 0; std::getline(in, line); ++n)
    if (n < 300 || n > 305) with_hole += line + "\n";
  write("BTCUSDT-5m.csv", with_hole);
  const auto report = play_json();
  const auto& warnings = report["pairs"][0]["figures"]["warnings_by_kind"];
  EXPECT_TRUE(warnings.contains("data_integrity:candle_gaps_detected")) << warnings.dump();
  EXPECT_THAT(report["notes"].dump(), HasSubstr("6 bars of 5m are missing"));
}

TEST_F(replayed_market, plays_only_what_lies_between_two_moments) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 3);
  options_.from = begin + hours{24};
  options_.to = begin + hours{36};
  const auto report = play_json();
  EXPECT_EQ(report["total"]["bars"], 144);
  EXPECT_EQ(report["pairs"][0]["from"], "2025-07-02T00:00:00.000Z");
  EXPECT_EQ(report["pairs"][0]["to"], "2025-07-02T12:00:00.000Z");
}

TEST_F(replayed_market, stops_when_asked_with_a_report_of_what_was_played) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 1);
  std::stop_source stop;
  stop.request_stop();
  options_.stop = stop.get_token();
  const auto done = play();
  EXPECT_EQ(done.code, replay_stopped);
  EXPECT_THAT(done.out, HasSubstr("NOT COMPLETE: asked to stop"));
}

TEST_F(replayed_market, goes_on_without_a_refused_file_and_says_so_at_the_end) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 1);
  write("ETHUSDT-5m.csv", "date,price\n2020,1\n");
  write("XAUUSD-1h.csv", "timestamp_ms,open,high,low,close,volume\n");
  const auto done = play();
  EXPECT_EQ(done.code, replay_failed);
  EXPECT_THAT(done.out, HasSubstr("BTC-USDT 5m  288 bars"));
  EXPECT_THAT(done.out, HasSubstr("error: ETHUSDT-5m.csv: refused: has the wrong columns"));
  EXPECT_THAT(done.err, HasSubstr("XAUUSD is not a supported pair"));
}

TEST_F(replayed_market, has_nothing_to_play_without_usable_files) {
  options_.paths = {(folder_ / "nowhere").string()};
  const auto done = play();
  EXPECT_EQ(done.code, replay_nothing);
  EXPECT_THAT(done.err, HasSubstr("there is no such file or folder"));
  EXPECT_THAT(done.err, HasSubstr("nothing to replay"));
}

TEST_F(replayed_market, refuses_a_pair_that_is_not_supported) {
  options_.pair = "DOGE-USDT";
  EXPECT_EQ(play().code, replay_usage_error);
}

TEST_F(replayed_market, names_the_failure_of_a_desk) {
  record("BTCUSDT-5m.csv", "BTC-USDT", 1);
  const desk_maker broken{[](caf::actor_system&, const world&, const desk_terms&,
                             std::function<void(const std::string&)> on_failure) -> result<desk> {
                            on_failure("risk died: a test");
                            return desk{};
                          },
                          [](caf::actor_system&, desk&) {}};
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run_replay_with(broken, options_, out, err), replay_failed);
  EXPECT_THAT(err.str(), HasSubstr("the desk has failed: risk died: a test"));
}

TEST_F(replayed_market, gives_each_interval_a_desk_and_each_pair_the_wanted_interval_or_its_shortest) {
  const auto series = [](const char* pair, interval i) {
    return candle_series{
        pair_name{pair}, i, {candle{begin, price::of(1), price::of(1), price::of(1), price::of(1), {}}}};
  };
  recorded_market market;
  market.candles = {series("A-USDT", interval::m1), series("A-USDT", interval::m5), series("B-USDT", interval::h1),
                    series("B-USDT", interval::m15), series("C-USDT", interval::m5)};
  options_.terms.primary = interval::m5;
  std::vector<std::string> notes;
  const auto parts = plan_replay(market, options_, notes);
  ASSERT_EQ(parts.size(), 2U);
  ASSERT_EQ(parts[0].series.size(), 2U);
  EXPECT_EQ(parts[0].series[0], &market.candles[1]);
  EXPECT_EQ(parts[0].series[1], &market.candles[4]);
  ASSERT_EQ(parts[1].series.size(), 1U);
  EXPECT_EQ(parts[1].series[0], &market.candles[3]);
  EXPECT_THAT(notes, testing::ElementsAre("A-USDT 1m: 1 bars are not played, A-USDT 5m decides",
                                          "B-USDT 1h: 1 bars are not played, B-USDT 15m decides"));
}

TEST(replay_words, are_read_or_refused_with_a_sentence) {
  struct row {
    std::vector<std::string> words;
    const char* problem;  ///< empty: fine
  };
  for (const auto& [words, problem] : {
           row{{"a.csv"}, ""},
           row{{"a.csv", "--speed=max", "--json", "--pair=BTC-USDT", "--interval", "1h"}, ""},
           row{{"--", "--odd-name.csv"}, ""},
           row{{"a.csv", "--speed=60", "--from=2025-07-04", "--to=2025-07-05T12:00:00Z"}, ""},
           row{{}, "no files"},
           row{{"a.csv", "--speed=0"}, "--speed must be max or a number above 0, was '0'"},
           row{{"a.csv", "--speed=nan"}, "--speed must be max"},
           row{{"a.csv", "--interval=7m"}, "--interval must be one of 1m 3m 5m"},
           row{{"a.csv", "--interval"}, "--interval needs a value"},
           row{{"a.csv", "--from=soon"}, "--from must be a day or a moment"},
           row{{"a.csv", "--from=2025-07-04", "--to=2025-07-04"}, "--to must be after --from"},
           row{{"a.csv", "--sped=1"}, "unknown option --sped"},
           row{{"a.csv", "--progress=dots"}, "--progress must be one of"},
       }) {
    const auto read = read_replay_arguments(words, {});
    if (*problem == '\0')
      EXPECT_TRUE(read) << read.error().what;
    else {
      ASSERT_FALSE(read) << problem;
      EXPECT_THAT(read.error().what, HasSubstr(problem));
    }
  }
  const auto read = read_replay_arguments(std::vector<std::string>{"a", "--speed=60", "b", "--to=2025-07-05"}, {});
  EXPECT_EQ(read->speed, 60);
  EXPECT_EQ(read->paths, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read->to, instant_of_ms(1'751'673'600'000));
}

}  // namespace
}  // namespace rltrader
