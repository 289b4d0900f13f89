// The feature pipeline: by hand where that is possible, scale-free, warm when it says so, and alarmed by what is unheard-of.
#include "domain/features.hpp"

#include "domain/warnings.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace rltrader {
namespace {

const instant start = instant_of_ms(1'700'006'400'000);  // 2023-11-15 00:00 UTC

const std::vector<interval> contexts{interval::m15, interval::h1, interval::h4};

/// A seeded random walk of 5m bars; `scale` multiplies every price.
std::vector<candle> walk(std::size_t bars, unsigned seed, std::int64_t scale = 1) {
  std::mt19937_64 chance(seed);
  const auto step = [&] { return static_cast<std::int64_t>(chance() % 2'001) - 1'000; };
  std::int64_t close = 1'000'000;  // a price of 1 is 1e8 raw, so this is 0.01 x 1e8
  std::vector<candle> out;
  for (std::size_t i = 0; i < bars; ++i) {
    const auto open = close;
    close += step();
    const auto high = std::max(open, close) + std::abs(step()) / 2;
    const auto low = std::min(open, close) - std::abs(step()) / 2;
    const auto raw = [&](std::int64_t x) { return price::of_raw(x * 10'000 * scale); };
    out.push_back({start + minutes{5} * static_cast<int>(i), raw(open), raw(high), raw(low), raw(close),
                   quantity::of(1 + static_cast<std::int64_t>(chance() % 100))});
  }
  return out;
}

double value_at(const feature_pipeline& p, std::string_view name) {
  for (std::size_t i = 0; i < p.names().size(); ++i)
    if (p.names()[i] == name) return p.values()[i];
  throw std::logic_error("no feature " + std::string(name));
}

TEST(features, have_thirty_two_names_by_default_and_each_once) {
  const feature_pipeline p(interval::m5, contexts);
  EXPECT_EQ(p.names().size(), 32u);
  EXPECT_EQ(std::set<std::string>(p.names().begin(), p.names().end()).size(), 32u);
  EXPECT_EQ(p.fingerprint().size(), 64u);
}

TEST(features, skip_contexts_that_the_primary_cannot_build) {
  const std::vector<interval> wanted{interval::m5, interval::m15, interval::h1, interval::h1, interval::h4};
  EXPECT_EQ(usable_contexts(interval::h1, wanted), std::vector<interval>{interval::h4});
  EXPECT_EQ(usable_contexts(interval::m5, wanted), contexts);
  EXPECT_EQ(feature_pipeline(interval::h1, wanted).fingerprint(),
            feature_pipeline(interval::h1, {interval::h4}).fingerprint());
}

TEST(features, fingerprint_tells_sets_apart) {
  const std::set<std::string> prints{
      feature_pipeline(interval::m5, contexts).fingerprint(), feature_pipeline(interval::m1, contexts).fingerprint(),
      feature_pipeline(interval::m5, {interval::h1}).fingerprint(), feature_pipeline(interval::m5, {}).fingerprint()};
  EXPECT_EQ(prints.size(), 4u);
}

TEST(features, name_what_is_missing_until_thirty_bars_are_there) {
  feature_pipeline p(interval::m5, contexts);
  EXPECT_EQ(p.current().missing.size(), 17u);
  const auto bars = walk(30, 1);
  for (std::size_t i = 0; i < 29; ++i) p.push(bars[i]);
  EXPECT_FALSE(p.warm());
  p.push(bars[29]);
  EXPECT_EQ(p.current().missing, std::vector<std::string>{});
  EXPECT_FALSE(p.warm());
}

TEST(features, are_warm_after_the_bars_they_ask_for) {
  for (const auto& used : {contexts, {interval::m15}, std::vector<interval>{}})
    for (const std::size_t skipped : {0u, 1u, 31u}) {
      feature_pipeline p(interval::m5, used);
      const auto bars = walk(p.warm_up_bars() + skipped, 2);
      for (std::size_t i = skipped; i < bars.size(); ++i) p.push(bars[i]);
      EXPECT_TRUE(p.warm()) << used.size() << " contexts, begun at bar " << skipped;
    }
}

TEST(features, are_not_warm_before_that) {
  feature_pipeline p(interval::m5, contexts);
  const auto bars = walk(p.warm_up_bars() - 1, 2);
  for (const auto& c : bars) p.push(c);
  EXPECT_FALSE(p.warm());
}

TEST(features, do_not_depend_on_the_scale_of_the_price) {
  feature_pipeline small(interval::m5, contexts);
  feature_pipeline large(interval::m5, contexts);
  const auto bars = walk(1'500, 3);
  const auto scaled = walk(1'500, 3, 5'000);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    small.push(bars[i]);
    large.push(scaled[i]);
  }
  for (std::size_t i = 0; i < small.names().size(); ++i) {
    const double a = small.values()[i];
    const double b = large.values()[i];
    EXPECT_TRUE((std::isnan(a) && std::isnan(b)) || std::abs(a - b) < 1e-6) << small.names()[i] << " " << a << " " << b;
  }
  EXPECT_NEAR(small.ood_score(), large.ood_score(), 1e-6);
}

TEST(features, of_a_bar_by_hand) {
  feature_pipeline p(interval::m5, {});
  // 28 bars of range 2 around 100, then one from 100 to 103 with its low at 100 and its high at 104.
  for (int i = 0; i < 28; ++i)
    p.push({start + minutes{5} * i, price::of(100), price::of(101), price::of(99), price::of(100), quantity::of(1)});
  EXPECT_EQ(value_at(p, "return_1"), 0);
  EXPECT_EQ(value_at(p, "trend"), 0);
  EXPECT_EQ(value_at(p, "rsi"), 0);
  p.push({start + minutes{5} * 28, price::of(100), price::of(104), price::of(100), price::of(103), quantity::of(1)});

  const auto squashed = [](double x) { return x / std::pow(1 + x * x, 0.25); };
  EXPECT_NEAR(value_at(p, "return_1"), squashed(std::log(1.03) / 0.02), 1e-12);
  EXPECT_NEAR(value_at(p, "return_24"), squashed(std::log(1.03) / 0.02 / std::sqrt(24)), 1e-12);
  EXPECT_NEAR(value_at(p, "range"), squashed(4 / (0.02 * 103)), 1e-12);
  EXPECT_NEAR(value_at(p, "close_position"), 0.25, 1e-12);
  EXPECT_NEAR(value_at(p, "body"), 0.75, 1e-12);
  const double range = (13 * 2.0 + 4) / 14;
  const double fast = 100 + 3 * 0.2;         // weight 2 / (9 + 1)
  const double slow = 100 + 3 * (2.0 / 28);  // weight 2 / (27 + 1)
  EXPECT_NEAR(value_at(p, "fast_distance"), squashed((103 - fast) / range), 1e-12);
  EXPECT_NEAR(value_at(p, "slow_distance"), squashed((103 - slow) / range), 1e-12);
  EXPECT_NEAR(value_at(p, "trend"), squashed((fast - slow) / range), 1e-12);
  EXPECT_NEAR(value_at(p, "rsi"), 1, 1e-12);
  const double deviation = std::log(1.03) * std::sqrt(19.0) / 20;  // one step among twenty
  EXPECT_NEAR(value_at(p, "volatility"), std::log(deviation / 1e-3), 1e-9);
  // 02:20 UTC is 35 degrees of the day.
  EXPECT_NEAR(value_at(p, "hour_sine"), std::sin(35 * std::acos(-1.0) / 180), 1e-12);
  EXPECT_NEAR(value_at(p, "hour_cosine"), std::cos(35 * std::acos(-1.0) / 180), 1e-12);
}

TEST(features, of_a_market_that_stands_still_are_finite) {
  feature_pipeline p(interval::m5, contexts);
  for (std::size_t i = 0; i < p.warm_up_bars(); ++i)
    p.push(
        {start + minutes{5} * static_cast<int>(i), price::of(7), price::of(7), price::of(7), price::of(7), quantity{}});
  EXPECT_TRUE(p.warm());
  for (std::size_t i = 0; i < p.names().size(); ++i) {
    const bool outside = p.names()[i] == "funding_rate" || p.names()[i] == "basis";
    EXPECT_EQ(std::isfinite(p.values()[i]), !outside) << p.names()[i];
  }
}

TEST(features, of_a_quiet_market_are_in_units_of_at_least_a_basis_point) {
  feature_pipeline p(interval::m5, {});
  const auto quiet = price::of(1'000);
  for (int i = 0; i < 30; ++i) p.push({start + minutes{5} * i, quiet, quiet, quiet, quiet, quantity::of(1)});
  const auto moved = *price::parse("1000.1");
  p.push({start + minutes{5} * 30, quiet, moved, quiet, moved, quantity::of(1)});
  EXPECT_NEAR(value_at(p, "return_1"), 1 / std::pow(2, 0.25), 1e-4);
  EXPECT_NEAR(value_at(p, "slow_distance"), 13.0 / 14 / std::pow(1 + 169.0 / 196, 0.25), 1e-4);
}

TEST(features, take_funding_and_basis_with_the_next_bar_and_forget_them_when_old) {
  feature_pipeline p(interval::m5, {});
  const auto bars = walk(600, 4);
  p.push(bars[0]);
  EXPECT_TRUE(std::isnan(value_at(p, "funding_rate")) && std::isnan(value_at(p, "basis")));
  p.on_funding({.pair = {}, .at = bars[1].open_time, .rate = bps(1)});
  p.on_tick({.pair = {}, .at = bars[1].open_time, .last = price::of(100), .mark = *price::parse("100.05")});
  EXPECT_TRUE(std::isnan(value_at(p, "funding_rate")));
  p.push(bars[1]);
  EXPECT_NEAR(value_at(p, "funding_rate"), 1 / std::pow(2, 0.25), 1e-9);
  EXPECT_NEAR(value_at(p, "basis"), 1 / std::pow(2, 0.25), 1e-9);
  p.push(bars[4]);
  EXPECT_TRUE(std::isnan(value_at(p, "basis")));
  p.push(bars[1 + 24 * 12]);
  EXPECT_FALSE(std::isnan(value_at(p, "funding_rate")));
  p.push(bars[2 + 24 * 12]);
  EXPECT_TRUE(std::isnan(value_at(p, "funding_rate")));
}

TEST(features, ignore_impossible_and_old_bars) {
  feature_pipeline p(interval::m5, contexts);
  for (const auto& c : walk(400, 5)) p.push(c);
  const auto before = p.current().values;
  auto broken = walk(401, 5).back();
  broken.low = price{};
  p.push(broken);
  p.push(walk(400, 5).back());
  p.push(walk(10, 5).back());
  const auto after = p.current().values;
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(before[i] == after[i] || (std::isnan(before[i]) && std::isnan(after[i]))) << p.names()[i];
  EXPECT_EQ(p.ignored(), 3u);
}

TEST(features, of_a_copy_go_their_own_way_and_repeat_to_the_bit) {
  feature_pipeline p(interval::m5, contexts);
  const auto bars = walk(1'200, 6);
  for (std::size_t i = 0; i < 1'000; ++i) p.push(bars[i]);
  auto q = p;
  for (std::size_t i = 1'000; i < 1'200; ++i) q.push(bars[i]);
  const auto end = q.current();
  for (std::size_t i = 1'000; i < 1'200; ++i) p.push(bars[i]);
  for (std::size_t i = 0; i < end.values.size(); ++i)
    EXPECT_TRUE(end.values[i] == p.values()[i] || std::isnan(p.values()[i])) << p.names()[i];
  EXPECT_EQ(end.ood_score, p.ood_score());
}

TEST(features, of_an_unheard_of_bar_score_high) {
  feature_pipeline p(interval::m5, contexts);
  auto bars = walk(1'000, 7);
  double usual = 0;
  for (std::size_t i = 0; i < 999; ++i) {
    p.push(bars[i]);
    usual = std::max(usual, p.ood_score());
  }
  EXPECT_GT(usual, 0);
  EXPECT_LT(usual, 6);
  auto crash = bars[999];
  crash.close = crash.low = crash.open.scaled(9, 10);
  p.push(crash);
  const auto seen = p.current();
  EXPECT_GT(seen.ood_score, 6);
  EXPECT_EQ(feature_warnings(seen, {}), std::vector<std::string>{"feature_quality_gate"});
  EXPECT_TRUE(p.names()[seen.farthest] == "range" || p.names()[seen.farthest] == "return_1")
      << p.names()[seen.farthest];

  const auto price_after = crash.close;
  p.push({crash.open_time + minutes{5}, price_after, price_after, price_after, price_after, crash.volume});
  EXPECT_LT(p.ood_score(), seen.ood_score);
}

TEST(feature_gate, names_missing_features_and_refuses_scores_that_are_no_number) {
  using texts = std::vector<std::string>;
  const feature_vector fine{.values = {}, .missing = {}, .ood_score = 6};
  EXPECT_EQ(feature_warnings(fine, {.ood_zscore_limit = 6}), texts{});
  const feature_vector lacking{.values = {}, .missing = {"rsi", "trend"}, .ood_score = 0};
  EXPECT_EQ(feature_warnings(lacking, {}),
            (texts{"feature_quality_gate", "feature_missing:rsi", "feature_missing:trend"}));
  EXPECT_EQ(feature_warnings(lacking, {.missing_critical_most = 2}), texts{});
  const feature_vector broken{.values = {}, .missing = {}, .ood_score = NAN};
  EXPECT_EQ(feature_warnings(broken, {}), texts{"feature_quality_gate"});
}

}  // namespace
}  // namespace rltrader
