// What the gate says of posted markets, and what that does to the run.
#include "tests/domain/pair_trial.hpp"

namespace rltrader {
namespace {

using namespace rltrader::testing;
using desk = posting_trial;

TEST(pair_posted_gate, sorts_what_comes_unsorted_and_says_so) {
  desk t;
  auto m = t.market();
  const auto newest = m.candles.back();
  std::reverse(m.candles.begin(), m.candles.end());
  t.post(m);
  ASSERT_TRUE(t.asks_policy());
  EXPECT_EQ(t.state.deciding->bar_open, newest.open_time);
  EXPECT_EQ(t.state.deciding->warnings, std::vector<std::string>{std::string(warning::candles_unsorted)});
  desk sorted;
  sorted.post(sorted.market());
  EXPECT_EQ(features_of(t), features_of(sorted));
}

TEST(pair_posted_gate, no_candles_at_all_are_a_closed_exchange) {
  desk t;
  const auto out = t.held({});
  EXPECT_EQ(count_of(out.warnings, warning::exchange_maintenance), 1);
  EXPECT_EQ(t.state.run.status, run_status::paused);
  EXPECT_EQ(t.state.run.pause_reason, pause_reason::data);
}

TEST(pair_posted_gate, a_hole_too_few_bars_and_old_ones_hold_and_pause) {
  const auto says = [](auto change, std::string_view word) {
    desk t;
    auto m = t.market();
    change(m);
    EXPECT_EQ(count_of(t.held(m).warnings, word), 1) << word;
    EXPECT_EQ(t.state.run.status, run_status::paused) << word;
  };
  says([](posted_market& m) { m.candles.erase(m.candles.begin() + 20); }, warning::missing_candles);
  says([](posted_market& m) { m.candles.erase(m.candles.begin() + 20); }, warning::blocked_candle_gaps_detected);
  says([](posted_market& m) { m.candles.erase(m.candles.begin(), m.candles.end() - 10); },
       warning::blocked_missing_candles);
  says([](posted_market& m) { m.candles.erase(m.candles.end() - 5, m.candles.end()); }, warning::blocked_stale_candles);
  says([](posted_market& m) { m.candles.back().open_time += minutes{1}; }, warning::blocked_timestamp_misalignment);
  says([](posted_market& m) { m.candles.back().close = m.candles.back().high = price::of(120); },
       warning::volatility_spike);
}

TEST(pair_posted_gate, opposite_signals_hold_without_a_pause) {
  desk t;
  auto m = t.market();
  m.signals = {{signal_kind::idea, "a", t.now(), 0.5, {}}, {signal_kind::news, "b", t.now(), -0.5, {}}};
  const auto out = t.held(m);
  EXPECT_EQ(out.warnings, std::vector<std::string>{std::string(warning::conflicting_signals)});
  EXPECT_EQ(t.state.run.status, run_status::running);
}

TEST(pair_posted_gate, signals_that_are_old_doubtful_or_not_allowed_are_not_heard) {
  desk t;
  agent_configuration fleet;
  fleet.allowed_source_ids = {"a"};
  t.feed(pair_events::fleet_is{fleet}, t.now());
  auto m = t.market();
  m.signals = {{signal_kind::idea, "a", t.now(), 0.9, {}},
               {signal_kind::idea, "a", t.now() - hours{2}, -0.9, {}},    // too old
               {signal_kind::idea, "a", t.now() + minutes{1}, -0.9, {}},  // of the future
               {signal_kind::signal, "b", t.now(), -0.9, {}},             // not allowed
               {signal_kind::idea, "a", t.now(), -0.9, 0.1}};             // weighs too little to have a side
  t.post(m);
  ASSERT_TRUE(t.asks_policy());
  t.say(action::hold);
  EXPECT_NE(t.get<pair_effects::keep_decision>().what.reason.find("not allowed: 3"), std::string::npos);
  t.kept();
  m.signals = {{signal_kind::news, "a", t.now() - hours{2}, -0.9, {}}, {signal_kind::idea, "a", t.now(), 0.9, {}}};
  EXPECT_EQ(count_of(t.held(m).warnings, warning::conflicting_signals), 1) << "news are heard for six hours";
}

TEST(pair_posted_gate, another_word_for_the_price_is_noted_or_blocks) {
  desk t;
  auto m = t.market();
  m.last_price = price::of_double(m.candles.back().close.to_double() * 1.01);
  t.post(m);
  ASSERT_TRUE(t.asks_policy());
  EXPECT_EQ(t.state.deciding->warnings, std::vector<std::string>{std::string(warning::cross_source_drift)});
  t.say(action::hold);
  t.kept();
  m.last_price = price::of_double(m.candles.back().close.to_double() * 1.05);
  EXPECT_EQ(count_of(t.held(m).warnings, warning::blocked_cross_source_divergence), 1);
}

TEST(pair_posted_gate, a_market_that_contradicts_the_pairs_own_is_not_traded_on) {
  desk t;
  auto m = t.market();
  for (auto& c : m.candles)
    for (auto* p : {&c.open, &c.high, &c.low, &c.close}) *p = price::of_double(p->to_double() * 1.03);
  m.last_price = m.candles.back().close;
  EXPECT_EQ(count_of(t.held(m).warnings, warning::blocked_cross_source_divergence), 1);
}

TEST(pair_posted_gate, a_hole_in_the_pairs_own_series_blocks_a_whole_one_too) {
  desk t;
  ++t.bars;
  t.next_bar();
  const auto out = t.held(t.market());
  EXPECT_EQ(count_of(out.warnings, warning::blocked_open_gap_events), 1);
  EXPECT_EQ(count_of(out.warnings, warning::blocked_candle_gaps_detected), 0);
}

TEST(pair_posted_gate, the_pause_of_a_bad_post_ends_by_clean_bars_of_the_pairs_own_alone) {
  desk t;
  t.held({});
  for (int i = 0; i < 5; ++i) {
    const auto out = t.held(t.market());
    EXPECT_TRUE(out.decided.gate_passed);
    EXPECT_EQ(out.decided.reason, "paused: data");
  }
  EXPECT_EQ(t.state.run.status, run_status::paused);
  for (int i = 0; i < 3; ++i) t.next_bar();
  EXPECT_EQ(t.state.run.status, run_status::running);
}

TEST(pair_posted_gate, a_bad_post_closes_nothing_by_itself) {
  desk t;
  t.hold_position("2");
  t.state.run.on_pause = pause_policy::flatten;
  t.held({});
  EXPECT_EQ(t.state.run.status, run_status::paused);
  EXPECT_FALSE(t.has<pair_effects::ask_review>());
}

TEST(pair_posted_gate, an_open_breaker_holds) {
  desk t;
  t.feed(pair_events::breaker_is{breaker_level::halted, true}, t.now());
  EXPECT_EQ(count_of(t.held(t.market()).warnings, warning::kill_switch_enabled), 1);
}

}  // namespace
}  // namespace rltrader
