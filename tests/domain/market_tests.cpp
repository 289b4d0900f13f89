// Intervals and their calendar, impossible candles, and longer bars out of shorter ones.
#include "domain/market.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rltrader {
namespace {

using namespace std::chrono_literals;

instant at(int year, unsigned month, unsigned day, milliseconds of_day = {}) {
  const std::chrono::sys_days date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
  return instant{date.time_since_epoch()} + of_day;
}

candle bar_at(instant open, const char* o, const char* h, const char* l, const char* c, const char* v = "1") {
  return {open, *price::parse(o), *price::parse(h), *price::parse(l), *price::parse(c), *quantity::parse(v)};
}

std::vector<interval> all_intervals() {
  std::vector<interval> out;
  for (const auto& w : words(interval{})) out.push_back(w.value);
  return out;
}

TEST(interval, has_fifteen_words_that_read_back) {
  EXPECT_EQ(all_intervals().size(), 15u);
  for (const auto i : all_intervals()) EXPECT_EQ(value_of<interval>(text_of(i)), i);
  EXPECT_EQ(value_of<interval>("1M"), interval::mo1);
  EXPECT_EQ(value_of<interval>("1m"), interval::m1);
}

TEST(interval, opens_on_its_grid) {
  struct row {
    interval i;
    instant t, open, next;
  };
  const auto t = at(2024, 2, 29, 13h + 47min + 12s + 345ms);  // a Thursday of a leap year
  const std::vector<row> table{
      {interval::m1, t, at(2024, 2, 29, 13h + 47min), at(2024, 2, 29, 13h + 48min)},
      {interval::m3, t, at(2024, 2, 29, 13h + 45min), at(2024, 2, 29, 13h + 48min)},
      {interval::m5, t, at(2024, 2, 29, 13h + 45min), at(2024, 2, 29, 13h + 50min)},
      {interval::m15, t, at(2024, 2, 29, 13h + 45min), at(2024, 2, 29, 14h)},
      {interval::m30, t, at(2024, 2, 29, 13h + 30min), at(2024, 2, 29, 14h)},
      {interval::h1, t, at(2024, 2, 29, 13h), at(2024, 2, 29, 14h)},
      {interval::h2, t, at(2024, 2, 29, 12h), at(2024, 2, 29, 14h)},
      {interval::h4, t, at(2024, 2, 29, 12h), at(2024, 2, 29, 16h)},
      {interval::h6, t, at(2024, 2, 29, 12h), at(2024, 2, 29, 18h)},
      {interval::h8, t, at(2024, 2, 29, 8h), at(2024, 2, 29, 16h)},
      {interval::h12, t, at(2024, 2, 29, 12h), at(2024, 3, 1)},
      {interval::d1, t, at(2024, 2, 29), at(2024, 3, 1)},
      {interval::d3, at(1970, 1, 5), at(1970, 1, 4), at(1970, 1, 7)},
      {interval::w1, t, at(2024, 2, 26), at(2024, 3, 4)},
      {interval::mo1, t, at(2024, 2, 1), at(2024, 3, 1)},
      {interval::mo1, at(2023, 12, 31, 23h + 59min), at(2023, 12, 1), at(2024, 1, 1)},
      {interval::w1, at(2024, 3, 3, 23h), at(2024, 2, 26), at(2024, 3, 4)},
      // Before 1970 the grid goes on.
      {interval::m5, instant_of_ms(-1), instant_of_ms(-300'000), instant_of_ms(0)},
      {interval::w1, instant_of_ms(0), at(1969, 12, 29), at(1970, 1, 5)},
      {interval::mo1, instant_of_ms(-1), at(1969, 12, 1), at(1970, 1, 1)},
  };
  for (const auto& r : table) {
    EXPECT_EQ(open_of(r.i, r.t), r.open) << text_of(r.i);
    EXPECT_EQ(next_open(r.i, r.open), r.next) << text_of(r.i);
  }
}

TEST(interval, any_instant_lies_in_the_bar_that_opens_before_it) {
  constexpr unsigned seed = 5;
  std::mt19937_64 chance(seed);
  for (int n = 0; n < 20'000; ++n) {
    const auto t = instant_of_ms(static_cast<std::int64_t>(chance() % 4'000'000'000'000) - 500'000'000'000);
    for (const auto i : all_intervals()) {
      const auto open = open_of(i, t);
      const auto close = next_open(i, open);
      ASSERT_LE(open, t) << "seed " << seed << " " << text_of(i) << " " << ms_of(t);
      ASSERT_GT(close, t) << "seed " << seed << " " << text_of(i) << " " << ms_of(t);
      ASSERT_EQ(open_of(i, open), open) << "seed " << seed;
      ASSERT_EQ(open_of(i, close), close) << "seed " << seed;
      ASSERT_EQ(open_of(i, close - 1ms), open) << "seed " << seed;
    }
  }
}

TEST(interval, builds_only_what_it_divides) {
  struct row {
    interval part, whole;
    bool expected;
  };
  const std::vector<row> table{
      {interval::m5, interval::m15, true},  {interval::m5, interval::m5, false}, {interval::m15, interval::m5, false},
      {interval::m3, interval::m5, false},  {interval::m3, interval::m15, true}, {interval::h8, interval::h12, false},
      {interval::h4, interval::h6, false},  {interval::h12, interval::d1, true}, {interval::d1, interval::d3, true},
      {interval::d1, interval::w1, true},   {interval::d3, interval::w1, false}, {interval::d3, interval::mo1, false},
      {interval::w1, interval::mo1, false}, {interval::d1, interval::mo1, true}, {interval::h8, interval::w1, true},
      {interval::m1, interval::mo1, true},
  };
  for (const auto& r : table)
    EXPECT_EQ(builds(r.part, r.whole), r.expected) << text_of(r.part) << " " << text_of(r.whole);
}

TEST(candle, names_what_is_impossible) {
  const auto t = at(2024, 1, 1);
  EXPECT_EQ(candle_defect(bar_at(t, "10", "11", "9", "10.5", "0")), "");
  EXPECT_EQ(candle_defect(bar_at(t, "10", "10", "10", "10")), "");
  EXPECT_EQ(candle_defect(bar_at(t, "0", "11", "9", "10")), "prices must be positive");
  EXPECT_EQ(candle_defect(bar_at(t, "10", "11", "-9", "10")), "prices must be positive");
  EXPECT_EQ(candle_defect(candle{}), "prices must be positive");
  EXPECT_EQ(candle_defect(bar_at(t, "10", "9", "11", "10")), "high must not be below low");
  EXPECT_EQ(candle_defect(bar_at(t, "12", "11", "9", "10")), "open must lie between low and high");
  EXPECT_EQ(candle_defect(bar_at(t, "10", "11", "9", "8")), "close must lie between low and high");
  EXPECT_EQ(candle_defect(bar_at(t, "10", "11", "9", "10", "-1")), "volume must not be negative");
}

TEST(aggregator, gives_the_longer_bar_with_its_last_part) {
  aggregator bars(interval::m5, interval::m15);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 0min), "10", "12", "9", "11", "1")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 5min), "11", "15", "10", "14", "2")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 10min), "14", "14", "8", "13", "3.5")),
            bar_at(at(2024, 1, 1), "10", "15", "8", "13", "6.5"));
  EXPECT_TRUE(bars.complete());
}

TEST(aggregator, says_when_a_part_was_missing) {
  aggregator bars(interval::m5, interval::m15);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 5min), "11", "15", "10", "14")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 10min), "14", "14", "8", "13")),
            bar_at(at(2024, 1, 1), "11", "15", "8", "13", "2"));
  EXPECT_FALSE(bars.complete());
}

TEST(aggregator, gives_a_bar_late_whose_last_part_never_came) {
  aggregator bars(interval::m5, interval::m15);
  bars.push(bar_at(at(2024, 1, 1, 0min), "10", "12", "9", "11"));
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 15min), "20", "21", "19", "20")),
            bar_at(at(2024, 1, 1), "10", "12", "9", "11"));
  EXPECT_FALSE(bars.complete());
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 20min), "20", "22", "19", "20")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 25min), "20", "21", "18", "19")),
            bar_at(at(2024, 1, 1, 15min), "20", "22", "18", "19", "3"));
  EXPECT_TRUE(bars.complete());
}

TEST(aggregator, ignores_parts_that_are_not_newer) {
  aggregator bars(interval::m5, interval::m15);
  bars.push(bar_at(at(2024, 1, 1, 0min), "10", "12", "9", "11"));
  bars.push(bar_at(at(2024, 1, 1, 5min), "11", "12", "9", "11"));
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 5min), "99", "99", "99", "99")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 0min), "99", "99", "99", "99")), std::nullopt);
  EXPECT_EQ(bars.push(bar_at(at(2024, 1, 1, 10min), "11", "12", "9", "10")),
            bar_at(at(2024, 1, 1), "10", "12", "9", "10", "3"));
  EXPECT_TRUE(bars.complete());
}

TEST(aggregator, follows_the_calendar_of_months) {
  aggregator bars(interval::d1, interval::mo1);
  std::optional<candle> given;
  int days = 0;
  for (auto t = at(2024, 2, 1); t < at(2024, 3, 1) && !given; t += std::chrono::days{1}, ++days)
    given = bars.push(bar_at(t, "10", "12", "9", "11"));
  EXPECT_EQ(days, 29);
  EXPECT_EQ(given, bar_at(at(2024, 2, 1), "10", "12", "9", "11", "29"));
  EXPECT_TRUE(bars.complete());
}

TEST(aggregator, keeps_the_greatest_volume_that_fits) {
  aggregator bars(interval::m5, interval::m15);
  bars.push(bar_at(at(2024, 1, 1, 0min), "10", "12", "9", "11", "90000000000"));
  bars.push(bar_at(at(2024, 1, 1, 5min), "10", "12", "9", "11", "90000000000"));
  const auto given = bars.push(bar_at(at(2024, 1, 1, 10min), "10", "12", "9", "11", "90000000000"));
  ASSERT_TRUE(given);
  EXPECT_EQ(given->volume.raw(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace rltrader
