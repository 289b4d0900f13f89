// The simulated market: same seed same story, lively but sane prices, and a place that can be saved.
#include "sim/price_maker.hpp"

#include "domain/instrument.hpp"
#include "domain/shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace rltrader::sim::testing {

namespace {

const instant beginning = instant_of_ms(1'735'689'600'000);  // 2025-01-01 00:00 UTC
const pair_name btc{"BTC-USDT"};
const pair_name xaut{"XAUTUSDT"};
const pair_name paxg{"PAXGUSDT"};
constexpr std::int64_t sixty_days = 60 * 1'440;

std::uint64_t hash_of(price_maker market, std::int64_t count) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  const auto add = [&](std::int64_t x) { h = (h ^ static_cast<std::uint64_t>(x)) * 0x100000001b3ULL; };
  for (const auto& pair : default_pairs())
    for (std::int64_t i = 0; i < count; ++i) {
      const auto m = market.next(pair);
      add(m.last.raw());
      add(m.mark.raw());
      add(m.funding_rate ? m.funding_rate->raw() : -1);
      add(m.candle ? m.candle->high.raw() + 3 * m.candle->low.raw() + 7 * m.candle->volume.raw() : -1);
    }
  return h;
}

std::vector<minute> minutes_of(std::uint64_t seed, const pair_name& pair, std::int64_t count,
                               market_habits habits = {}) {
  price_maker market{seed, {start_of(pair)}, beginning, habits};
  std::vector<minute> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back(market.next(pair));
  return out;
}

std::vector<double> returns_of(const std::vector<minute>& all, std::size_t step = 1) {
  std::vector<double> out;
  for (std::size_t i = step; i < all.size(); i += step)
    out.push_back(all[i].last.to_double() / all[i - step].last.to_double() - 1);
  return out;
}
double deviation_of(const std::vector<double>& x) {
  double mean = 0;
  for (const auto v : x) mean += v / static_cast<double>(x.size());
  double sum = 0;
  for (const auto v : x) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(x.size()));
}
double correlation_of(const std::vector<double>& x, const std::vector<double>& y) {
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return xy / std::sqrt(xx * yy);
}

}  // namespace

TEST(price_maker, tells_the_same_story_for_the_same_seed_and_another_for_another) {
  const price_maker first{7, default_starts(), beginning};
  EXPECT_EQ(hash_of(first, 5'000), hash_of(price_maker{7, default_starts(), beginning}, 5'000));
  EXPECT_NE(hash_of(first, 5'000), hash_of(price_maker{8, default_starts(), beginning}, 5'000));
}

TEST(price_maker, tells_this_very_story_on_every_machine) {
  // A change of this figure changes every recorded demo and simulation: be sure it is meant.
  EXPECT_EQ(hash_of(price_maker{1, default_starts(), beginning}, 20'000), 7897293369015170136ULL);
}

TEST(price_maker, gives_a_pair_the_same_series_whatever_other_pairs_there_are) {
  price_maker alone{3, {start_of(btc)}, beginning};
  price_maker among{3, default_starts(), beginning};
  among.skip_to(paxg, beginning + hours{5});
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(alone.next(btc), among.next(btc)) << i;
}

TEST(price_maker, goes_on_from_a_saved_place) {
  price_maker market{5, default_starts(), beginning};
  for (const auto& pair : default_pairs()) market.skip_to(pair, beginning + hours{30});
  price_maker again{market.progress(), default_starts()};
  for (const auto& pair : default_pairs())
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(market.next(pair), again.next(pair)) << pair.text() << i;
}

TEST(price_maker, skips_to_where_counting_minutes_arrives) {
  price_maker skipped{5, {start_of(btc)}, beginning};
  skipped.skip_to(btc, beginning + minutes{1'000} + seconds{59});
  const auto counted = minutes_of(5, btc, 1'001);
  EXPECT_EQ(skipped.open_of_next(btc), beginning + minutes{1'000});
  EXPECT_EQ(skipped.next(btc), counted.back());
}

TEST(price_maker, gives_history_without_the_missing_minutes) {
  price_maker market{5, {start_of(btc)}, beginning};
  const auto bars = market.history(btc, beginning + minutes{10'000});
  std::vector<candle> expected;
  for (const auto& m : minutes_of(5, btc, 10'000))
    if (m.candle) expected.push_back(*m.candle);
  EXPECT_EQ(bars, expected);
  EXPECT_LT(bars.size(), 10'000u);
}

class price_maker_pairs : public ::testing::TestWithParam<pair_name> {};

TEST_P(price_maker_pairs, makes_candles_that_can_be_over_sixty_days) {
  const auto& pair = GetParam();
  const auto begun = start_of(pair);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    std::optional<price> before;
    for (const auto& m : minutes_of(seed, pair, sixty_days)) {
      ASSERT_TRUE(m.last.positive() && m.mark.positive());
      ASSERT_LT(std::abs(m.mark.to_double() / m.last.to_double() - 1), 0.002) << "mark far from the last price";
      if (m.candle) {
        ASSERT_EQ(candle_defect(*m.candle), "") << "seed " << seed << " minute " << m.index;
        ASSERT_EQ(m.candle->low.raw() % begun.tick.raw(), 0);
        ASSERT_EQ(m.candle->close, m.last);
        ASSERT_TRUE(m.candle->volume.positive() || begun.turnover < begun.start.to_double());
      }
      before = m.last;
    }
    const auto drift = before->to_double() / begun.start.to_double();
    EXPECT_GT(drift, 0.2) << "seed " << seed;
    EXPECT_LT(drift, 5) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(all, price_maker_pairs, ::testing::ValuesIn(default_pairs().begin(), default_pairs().end()),
                         [](const auto& row) { return pair_token(row.param.text()); });

TEST(price_maker, is_about_as_volatile_as_asked) {
  for (const auto& [pair, least, most] : {std::tuple{btc, 0.3, 0.8}, std::tuple{xaut, 0.1, 0.35}}) {
    const auto year =
        deviation_of(returns_of(minutes_of(2, pair, sixty_days, {.jumps = 0, .shocks = 0}))) * std::sqrt(525'600);
    EXPECT_GT(year, least) << pair.text();
    EXPECT_LT(year, most) << pair.text();
  }
}

TEST(price_maker, has_moods_that_differ) {
  std::map<market_mood, std::vector<double>> moves;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto all = minutes_of(seed, btc, sixty_days);
    const auto moved = returns_of(all);
    for (std::size_t i = 0; i < moved.size(); ++i) moves[all[i + 1].mood].push_back(moved[i]);
  }
  ASSERT_EQ(moves.size(), 4u);
  EXPECT_GT(deviation_of(moves[market_mood::storm]), 2 * deviation_of(moves[market_mood::calm]));
  const auto mean = [&](market_mood mood) {
    double sum = 0;
    for (const auto v : moves[mood]) sum += v;
    return sum / static_cast<double>(moves[mood].size());
  };
  EXPECT_GT(mean(market_mood::rising), 0);
  EXPECT_LT(mean(market_mood::falling), 0);
}

TEST(price_maker, jumps_about_as_often_as_asked) {
  // The chances of a minute are the same with and without jumps, so what differs are the jumps.
  const auto lively = returns_of(minutes_of(4, btc, sixty_days, {.jumps = 0.5, .shocks = 0}));
  const auto tame = returns_of(minutes_of(4, btc, sixty_days, {.jumps = 0, .shocks = 0}));
  int jumps = 0;
  for (std::size_t i = 0; i < lively.size(); ++i) jumps += std::abs(lively[i] - tame[i]) > 0.003 ? 1 : 0;
  EXPECT_GE(jumps, 15);
  EXPECT_LE(jumps, 50);
}

TEST(price_maker, shocks_a_whole_factor_at_once) {
  const auto shocks_of = [](const pair_name& pair) {
    const auto shaken = returns_of(minutes_of(4, pair, sixty_days, {.jumps = 0, .shocks = 0.2}));
    const auto tame = returns_of(minutes_of(4, pair, sixty_days, {.jumps = 0, .shocks = 0}));
    std::set<std::size_t> out;
    for (std::size_t i = 0; i < shaken.size(); ++i)
      if (std::abs(shaken[i] - tame[i]) > 0.005) out.insert(i);
    return out;
  };
  EXPECT_GT(shocks_of(btc).size(), 3u);
  EXPECT_EQ(shocks_of(btc), shocks_of(pair_name{"ETH-USDT"}));
  EXPECT_NE(shocks_of(btc), shocks_of(xaut));
}

TEST(price_maker, opens_where_it_closed_save_for_jumps_in_between) {
  int apart = 0;
  std::optional<price> before;
  for (const auto& m : minutes_of(4, btc, sixty_days)) {
    if (m.candle && before && m.candle->open != *before) ++apart;
    before = m.last;
  }
  EXPECT_GT(apart, 0);
  EXPECT_LT(apart, 100);
}

TEST(price_maker, leaves_minutes_out_now_and_then) {
  int missing = 0;
  for (const auto& m : minutes_of(6, btc, sixty_days)) missing += m.candle ? 0 : 1;
  EXPECT_GT(missing, 20);
  EXPECT_LT(missing, 1'000);
  for (const auto& m : minutes_of(6, btc, 20'000, {.gaps = 0})) ASSERT_TRUE(m.candle);
}

TEST(price_maker, moves_pairs_of_one_factor_together) {
  const auto hourly = [](const pair_name& pair) { return returns_of(minutes_of(9, pair, sixty_days), 60); };
  EXPECT_GT(correlation_of(hourly(xaut), hourly(paxg)), 0.7);
  EXPECT_GT(correlation_of(hourly(btc), hourly(pair_name{"ETH-USDT"})), 0.4);
  EXPECT_LT(std::abs(correlation_of(hourly(btc), hourly(xaut))), 0.2);
}

TEST(price_maker, tells_funding_every_eight_hours) {
  const auto begun = beginning + hours{3} + seconds{20};
  price_maker market{1, {start_of(btc)}, begun};
  std::vector<instant> due;
  std::set<rate> rates;
  for (int i = 0; i < 3 * 1'440; ++i) {
    const auto at = market.open_of_next(btc);
    if (const auto m = market.next(btc); m.funding_rate) {
      due.push_back(at);
      rates.insert(*m.funding_rate);
      EXPECT_LE(m.funding_rate->abs(), *rate::parse("0.003"));
    }
  }
  ASSERT_EQ(due.size(), 9u);
  EXPECT_EQ(due[0], beginning + hours{8});
  EXPECT_EQ(due[8], beginning + hours{72});
  EXPECT_GT(rates.size(), 3u);
}

TEST(price_maker, draws_ticks_that_agree_with_their_candle) {
  const auto begun = start_of(btc);
  for (const int count : {4, 5, 12, 20, 60})
    for (const auto& m : minutes_of(11, btc, 2'000)) {
      const auto ticks = ticks_of(btc, m, begun.tick, count);
      if (!m.candle) {
        ASSERT_TRUE(ticks.empty());
        continue;
      }
      ASSERT_EQ(ticks.size(), static_cast<std::size_t>(count));
      const auto [low, high] =
          std::minmax_element(ticks.begin(), ticks.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
      const candle drawn{.open_time = ticks.front().at,
                         .open = ticks.front().last,
                         .high = high->last,
                         .low = low->last,
                         .close = ticks.back().last,
                         .volume = m.candle->volume};
      ASSERT_EQ(drawn, *m.candle) << count << " ticks of minute " << m.index;
      ASSERT_TRUE(std::is_sorted(ticks.begin(), ticks.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
      ASSERT_LT(ticks.back().at, m.candle->open_time + minutes{1});
    }
}

TEST(price_maker, is_described_so_that_its_place_can_be_kept) {
  EXPECT_EQ(shape_of<market_progress>()->members.size(), 3u);
  EXPECT_EQ(shape_of<pair_start>()->members.size(), 7u);
}

}  // namespace rltrader::sim::testing
