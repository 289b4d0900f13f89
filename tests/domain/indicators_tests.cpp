// Indicators against golden numbers, which scripts/golden_indicators.py makes from the definitions, and by hand.
#include "domain/indicators.hpp"

#include "tests/domain/golden_indicators.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rltrader {
namespace {

/// Equal to eleven digits, or both not a number: so the warm-up length is compared too.
::testing::AssertionResult same(double got, double expected) {
  if (std::isnan(got) && std::isnan(expected)) return ::testing::AssertionSuccess();
  if (std::abs(got - expected) <= 1e-11 * std::max(1.0, std::abs(expected))) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "got " << got << ", the definition says " << expected;
}

TEST(indicators, agree_with_their_definitions_bar_by_bar) {
  simple_average<20> sma;
  exponential_average ema(21);
  relative_strength rsi(14);
  average_true_range atr(14);
  convergence macd(12, 26, 9);
  bollinger_bands<20> bands(2);
  rolling_statistics<20> statistics;
  int bar = 0;
  for (const auto& row : golden::rows) {
    sma.push(row.close);
    ema.push(row.close);
    rsi.push(row.close);
    atr.push(row.high, row.low, row.close);
    macd.push(row.close);
    bands.push(row.close);
    statistics.push(row.close);
    EXPECT_TRUE(same(sma.value(), row.sma20)) << "bar " << bar;
    EXPECT_TRUE(same(ema.value(), row.ema21)) << "bar " << bar;
    EXPECT_TRUE(same(rsi.value(), row.rsi14)) << "bar " << bar;
    EXPECT_TRUE(same(atr.value(), row.atr14)) << "bar " << bar;
    EXPECT_TRUE(same(macd.line(), row.macd)) << "bar " << bar;
    EXPECT_TRUE(same(macd.signal(), row.macd_signal)) << "bar " << bar;
    EXPECT_TRUE(same(bands.upper(), row.bb_upper)) << "bar " << bar;
    EXPECT_TRUE(same(bands.lower(), row.bb_lower)) << "bar " << bar;
    EXPECT_TRUE(same(statistics.deviation(), row.deviation20)) << "bar " << bar;
    EXPECT_TRUE(same(statistics.z_score(), row.z_score20)) << "bar " << bar;
    ++bar;
  }
  EXPECT_TRUE(macd.ready());
}

TEST(indicators, moving_averages_by_hand) {
  simple_average<3> sma;
  exponential_average ema(3);  // weight 1/2
  for (const double x : {1.0, 2.0}) {
    sma.push(x);
    ema.push(x);
  }
  EXPECT_FALSE(sma.ready() || ema.ready());
  EXPECT_TRUE(std::isnan(sma.value()) && std::isnan(ema.value()));
  sma.push(6);
  ema.push(6);
  EXPECT_EQ(sma.value(), 3);
  EXPECT_EQ(ema.value(), 3);
  sma.push(7);
  ema.push(7);
  EXPECT_EQ(sma.value(), 5);
  EXPECT_EQ(ema.value(), 5);
}

TEST(indicators, relative_strength_by_hand) {
  relative_strength rsi(2);
  for (const double x : {10.0, 13.0, 12.0}) rsi.push(x);  // gains 3, 0; losses 0, 1
  EXPECT_DOUBLE_EQ(rsi.value(), 75);
  rsi.push(15);  // gain (1.5 + 3) / 2, loss (0.5 + 0) / 2
  EXPECT_DOUBLE_EQ(rsi.value(), 90);
}

TEST(indicators, relative_strength_knows_one_way_streets_and_standstill) {
  relative_strength up(3), down(3), still(3);
  for (int i = 0; i < 10; ++i) {
    up.push(100 + i);
    down.push(100 - i);
    still.push(100);
  }
  EXPECT_EQ(up.value(), 100);
  EXPECT_EQ(down.value(), 0);
  EXPECT_EQ(still.value(), 50);
}

TEST(indicators, true_range_counts_the_gap_to_the_close_before) {
  average_true_range atr(2);
  atr.push(11, 9, 10);
  atr.push(20, 18, 19);  // from 10 up to 20
  EXPECT_FALSE(atr.ready());
  atr.push(16, 15, 15);  // from 19 down to 15
  EXPECT_DOUBLE_EQ(atr.value(), 7);
  atr.push(16, 15, 15);
  EXPECT_DOUBLE_EQ(atr.value(), 4);
}

TEST(indicators, macd_begins_with_the_slow_average_and_its_signal_eight_values_later) {
  convergence macd(12, 26, 9);
  for (int i = 1; i <= 25; ++i) macd.push(i);
  EXPECT_TRUE(std::isnan(macd.line()));
  macd.push(26);
  EXPECT_DOUBLE_EQ(macd.line(), 7);  // mean of 15..26 is 20.5, of 1..26 is 13.5
  for (int i = 27; i <= 33; ++i) macd.push(i);
  EXPECT_FALSE(macd.ready());
  macd.push(34);
  EXPECT_TRUE(macd.ready());
  EXPECT_DOUBLE_EQ(macd.signal(), 7);
  EXPECT_NEAR(macd.histogram(), 0, 1e-12);
}

TEST(indicators, nothing_deviates_in_a_constant_series_even_after_a_jump) {
  rolling_statistics<20> statistics;
  bollinger_bands<20> bands(2);
  statistics.push(1e6);
  bands.push(1e6);
  for (int i = 0; i < 20; ++i) {
    statistics.push(0.1);
    bands.push(0.1);
  }
  EXPECT_EQ(statistics.deviation(), 0);
  EXPECT_EQ(statistics.z_score(), 0);
  EXPECT_EQ(bands.position(), 0.5);
}

TEST(indicators, window_remembers_in_order) {
  window<3> w;
  EXPECT_EQ(w.count(), 0u);
  for (int i = 1; i <= 5; ++i) w.push(i);
  EXPECT_TRUE(w.full());
  EXPECT_EQ(w.back(0), 5);
  EXPECT_EQ(w.back(1), 4);
  EXPECT_EQ(w.back(2), 3);
}

}  // namespace
}  // namespace rltrader
