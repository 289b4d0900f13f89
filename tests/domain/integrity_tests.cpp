// The integrity gate: every reason and every warning, and silence on clean data (I11).
#include "domain/integrity.hpp"

#include "domain/warnings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace rltrader {
namespace {

using texts = std::vector<std::string>;
constexpr auto five_minutes = minutes{5};
const instant start = instant_of_ms(1'700'000'100'000);  // on the grid of 5m

/// Thirty clean bars of 5m around 100.
std::vector<candle> clean_window() {
  std::vector<candle> out;
  for (int i = 0; i < 30; ++i) {
    const auto close = *price::parse(i % 2 == 0 ? "100" : "100.5");
    out.push_back({start + i * five_minutes, price::of(100), price::of(101), price::of(99), close, quantity::of(3)});
  }
  return out;
}

integrity_input input_of(const std::vector<candle>& window) {
  return {.window = window, .interval = interval::m5, .now = start + 30 * five_minutes, .bars_least = 30};
}

struct outcome {
  texts warnings;
  texts blocking;
  bool blocked;
  pause_reason pause;
  friend bool operator==(const outcome&, const outcome&) = default;
};

void PrintTo(const outcome& o, std::ostream* out) {
  *out << "warnings:";
  for (const auto& w : o.warnings) *out << " " << w;
  *out << " blocking:";
  for (const auto& b : o.blocking) *out << " " << b;
  *out << (o.blocked ? " blocked" : " free") << " pause " << text_of(o.pause);
}

outcome judged(const integrity_input& in) {
  const auto v = check_integrity(in);
  return {v.warnings, v.blocking, v.blocked, v.pause};
}

outcome data_block(texts blocking, texts warnings = {}) {
  return {std::move(warnings), std::move(blocking), true, pause_reason::data};
}
const outcome clean{{}, {}, false, pause_reason::none};

TEST(integrity, passes_a_clean_window_without_a_word) {
  const auto window = clean_window();
  ASSERT_EQ(ms_of(start) % 300'000, 0);
  EXPECT_EQ(judged(input_of(window)), clean);
  EXPECT_TRUE(check_integrity(input_of(window)).sorted.empty());
}

TEST(integrity, I11_each_defect_of_the_bars_has_its_word) {
  struct row {
    const char* name;
    std::function<void(std::vector<candle>&)> spoil;
    outcome expected;
  };
  const std::vector<row> table{
      {"too few", [](auto& w) { w.erase(w.begin()); }, data_block({"data_integrity:missing_candles"})},
      {"a hole",
       [](auto& w) {
         w.erase(w.begin() + 10);
         w.insert(w.begin(), w.front());
         w.front().open_time -= five_minutes;
       },
       data_block({"data_integrity:candle_gaps_detected"}, {"missing_candles"})},
      {"a bar twice", [](auto& w) { w.insert(w.begin() + 5, w[5]); }, data_block({"data_integrity:missing_candles"})},
      {"a zero price", [](auto& w) { w[3].low = price{}; }, data_block({"data_integrity:missing_candles"})},
      {"a negative price", [](auto& w) { w[29].close = price::of(-1); },
       data_block({"data_integrity:missing_candles"})},
      {"high below low", [](auto& w) { std::swap(w[3].high, w[3].low); },
       data_block({"data_integrity:missing_candles"})},
      {"negative volume", [](auto& w) { w[0].volume = quantity::of(-1); },
       data_block({"data_integrity:missing_candles"})},
      {"one bar off the grid", [](auto& w) { w[7].open_time += seconds{1}; },
       data_block({"data_integrity:timestamp_misalignment"})},
      {"all bars off the grid",
       [](auto& w) {
         for (auto& c : w) c.open_time += milliseconds{1};
       },
       data_block({"data_integrity:timestamp_misalignment"})},
      {"a bar of the future",
       [](auto& w) {
         for (auto& c : w) c.open_time += 2 * five_minutes;
       },
       data_block({"data_integrity:timestamp_misalignment"})},
      {"stale",
       [](auto& w) {
         for (auto& c : w) c.open_time -= 2 * five_minutes;
       },
       data_block({"data_integrity:stale_candles"})},
      {"two out of order",
       [](auto& w) { std::swap(w[3], w[4]); },
       {{"candles_unsorted"}, {}, false, pause_reason::none}},
      {"newest first",
       [](auto& w) { std::reverse(w.begin(), w.end()); },
       {{"candles_unsorted"}, {}, false, pause_reason::none}},
      {"a jump up",
       [](auto& w) {
         for (std::size_t i = 15; i < 30; ++i) w[i].close = w[i].high = price::of(105);
       },
       {{}, {"volatility_spike"}, true, pause_reason::volatility}},
      {"a jump down",
       [](auto& w) {
         for (std::size_t i = 15; i < 30; ++i) w[i].close = w[i].low = price::of(95);
       },
       {{}, {"volatility_spike"}, true, pause_reason::volatility}},
      {"nearly a jump", [](auto& w) { w[29].close = w[29].high = *price::parse("104.99999999"); }, clean},
  };
  for (const auto& r : table) {
    auto window = clean_window();
    r.spoil(window);
    EXPECT_EQ(judged(input_of(window)), r.expected) << r.name;
  }
}

TEST(integrity, a_jump_is_measured_to_the_last_decimal) {
  auto window = clean_window();
  window[0].close = *price::parse("100.00000001");
  auto& last = window[29];
  last.close = last.high = *price::parse("105.00000001");  // 5 % would be 5.0000000005
  EXPECT_EQ(judged(input_of(window)), clean);
  last.close = last.high = *price::parse("105.00000002");
  EXPECT_TRUE(check_integrity(input_of(window)).blocked);
}

TEST(integrity, measures_a_jump_over_the_bars_that_are_asked_for) {
  std::vector<candle> slope;
  for (int i = 0; i < 60; ++i) {
    const auto at = price::of_double(100 + 0.1 * i);
    slope.push_back({start + i * five_minutes, at, at, at, at, quantity::of(3)});
  }
  auto in = input_of(slope);
  in.now = start + 60 * five_minutes;
  EXPECT_EQ(judged(in).blocking, texts{"volatility_spike"}) << "5.9 over all";
  in.spike_bars = 30;
  EXPECT_EQ(judged(in), clean) << "2.9 over the last thirty";
  slope.back().close = slope.back().high = price::of(110);
  EXPECT_EQ(judged(in).blocking, texts{"volatility_spike"});
}

TEST(integrity, sorts_an_unsorted_window) {
  auto window = clean_window();
  const auto expected = window;
  constexpr unsigned seed = 17;
  std::shuffle(window.begin(), window.end(), std::mt19937(seed));
  const auto verdict = check_integrity(input_of(window));
  EXPECT_EQ(verdict.sorted, expected) << "seed " << seed;
  EXPECT_EQ(verdict.usable(window).data(), verdict.sorted.data());
  EXPECT_FALSE(verdict.blocked);
}

TEST(integrity, of_two_bars_with_the_same_open_the_later_one_stands) {
  auto window = clean_window();
  auto corrected = window[5];
  corrected.volume = quantity::of(7);
  window.insert(window.begin() + 6, corrected);
  const auto verdict = check_integrity(input_of(window));
  ASSERT_EQ(verdict.sorted.size(), 30u);
  EXPECT_EQ(verdict.sorted[5], corrected);
  EXPECT_TRUE(verdict.blocked);
}

TEST(integrity, without_candles_the_exchange_is_taken_to_be_closed) {
  EXPECT_EQ(judged(integrity_input{}), data_block({"exchange_maintenance"}));
  const auto window = clean_window();
  auto in = input_of(window);
  in.exchange_maintenance = true;
  EXPECT_EQ(judged(in), data_block({"exchange_maintenance"}));
}

TEST(integrity, is_stale_only_when_the_next_bar_is_overdue) {
  const auto window = clean_window();
  auto in = input_of(window);
  in.limits.freshness = seconds{180};
  in.now = start + 31 * five_minutes + seconds{180} - milliseconds{1};
  EXPECT_EQ(judged(in), clean);
  in.now += milliseconds{1};
  EXPECT_EQ(judged(in), data_block({"data_integrity:stale_candles"}));
}

TEST(integrity, known_gaps_block_until_they_are_healed) {
  const auto window = clean_window();
  auto in = input_of(window);
  in.open_gap_events = 1;
  EXPECT_EQ(judged(in), data_block({"data_integrity:open_gap_events"}));
}

TEST(integrity, compares_with_another_source) {
  struct row {
    const char* other;
    outcome expected;
  };
  const outcome drift{{"cross_source_drift"}, {}, false, pause_reason::none};
  const outcome divergence = data_block({"data_integrity:cross_source_divergence"});
  const std::vector<row> table{{"100.5", clean},      {"100.99", clean}, {"101.0025", drift},
                               {"99.9975", drift},    {"102.5", drift},  {"102.51", divergence},
                               {"98.49", divergence}, {"0", divergence}, {"-100", divergence}};
  const auto window = clean_window();  // its last close is 100.5: drift from 0.5025, divergence from 2.01
  for (const auto& r : table) {
    auto in = input_of(window);
    in.cross_source_price = price::parse(r.other);
    EXPECT_EQ(judged(in), r.expected) << r.other;
  }
}

TEST(integrity, opposite_signals_hold_without_a_pause) {
  const auto window = clean_window();
  struct row {
    std::vector<double> scores;
    bool conflict;
  };
  const std::vector<row> table{{{}, false},         {{0.9, 0.4}, false},  {{-0.9, -0.2}, false}, {{0.9, -0.19}, false},
                               {{0.2, -0.2}, true}, {{0.9, 0, -1}, true}, {{NAN, 0.5}, false},   {{0.1, -0.1}, false}};
  for (const auto& r : table) {
    auto in = input_of(window);
    in.signal_scores = r.scores;
    const outcome held{{}, {"conflicting_signals"}, true, pause_reason::none};
    EXPECT_EQ(judged(in), r.conflict ? held : clean);
  }
}

TEST(integrity, reports_everything_that_is_wrong_at_once) {
  auto window = clean_window();
  window.erase(window.begin() + 10);
  for (std::size_t i = 15; i < window.size(); ++i) window[i].close = window[i].high = price::of(110);
  std::swap(window[0], window[1]);
  auto in = input_of(window);
  in.open_gap_events = 2;
  in.now += hours{1};
  const outcome expected{{"candles_unsorted", "missing_candles"},
                         {"data_integrity:missing_candles", "data_integrity:candle_gaps_detected",
                          "data_integrity:stale_candles", "data_integrity:open_gap_events", "volatility_spike"},
                         true,
                         pause_reason::volatility};
  EXPECT_EQ(judged(in), expected);
}

TEST(integrity, follows_the_calendar_of_months_and_weeks) {
  std::vector<candle> window;
  auto open = open_of(interval::mo1, start);
  for (int i = 0; i < 14; ++i) {
    window.push_back({open, price::of(100), price::of(101), price::of(99), price::of(100), quantity{}});
    open = next_open(interval::mo1, open);
  }
  EXPECT_EQ(judged({.window = window, .interval = interval::mo1, .now = open}), clean);
  window.erase(window.begin() + 3);
  EXPECT_EQ(judged({.window = window, .interval = interval::mo1, .now = open}),
            data_block({"data_integrity:candle_gaps_detected"}, {"missing_candles"}));
}

TEST(integrity, never_lets_a_spoiled_window_pass_silently) {
  constexpr unsigned seed = 29;
  std::mt19937 chance(seed);
  for (int n = 0; n < 5'000; ++n) {
    auto window = clean_window();
    const auto at = chance() % window.size();
    switch (chance() % 5) {
      case 0: window[at].close = price{}; break;
      case 1: window[at].open_time += milliseconds{1 + chance() % 299'999}; break;
      case 2: window.erase(window.begin() + static_cast<std::ptrdiff_t>(at)); break;
      case 3: window.insert(window.begin() + static_cast<std::ptrdiff_t>(chance() % window.size()), window[at]); break;
      case 4: window[at].high = window[at].low - price::of(1); break;
    }
    std::shuffle(window.begin(), window.end(), chance);
    ASSERT_TRUE(check_integrity(input_of(window)).blocked) << "seed " << seed << " round " << n;
  }
}

TEST(warnings, are_each_listed_once_with_what_they_do) {
  std::set<std::string_view> seen;
  for (const auto& row : warning_table) EXPECT_TRUE(seen.insert(row.text).second) << row.text;
  EXPECT_EQ(seen.size(), 22u);
  EXPECT_EQ(effect_of("candles_unsorted"), warning_effect::note);
  EXPECT_EQ(effect_of("conflicting_signals"), warning_effect::hold);
  EXPECT_EQ(effect_of("data_integrity:stale_candles"), warning_effect::hold_and_pause);
  EXPECT_EQ(effect_of("feature_missing:rsi"), warning_effect::hold_or_pause);
  EXPECT_EQ(effect_of("never heard of"), warning_effect::hold);
}

}  // namespace
}  // namespace rltrader
