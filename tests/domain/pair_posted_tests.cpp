// Decisions on posted markets: the same gates and books, and nothing of the pair's own series is touched.
#include "tests/domain/pair_trial.hpp"

namespace rltrader {
namespace {

using namespace rltrader::testing;

/// A pair that has warmed up and decided, and whoever posts to it.
struct desk : trial {
  desk() {
    warm_up();
    say(action::hold);
    kept();
  }
  /// As many of the newest bars as the pair has seen, at the same prices.
  posted_market market(int n = 60) const {
    posted_market m;
    for (int i = bars - n; i < bars; ++i) m.candles.push_back(bar_at(i, wave(i)));
    return m;
  }
  void post(posted_market m, std::optional<simulated_execution> simulate = {}) {
    feed(pair_events::posted{++token, state.run.id, std::move(m), simulate}, now());
  }
  /// Posts what holds, and takes it as far as its answer.
  posted_outcome held(posted_market m) {
    post(std::move(m));
    EXPECT_FALSE(asks_policy());
    EXPECT_EQ(get<pair_effects::keep_decision>().what.choice, action::hold);
    EXPECT_TRUE(get<pair_effects::keep_decision>().answer_wanted);
    EXPECT_FALSE(has<pair_effects::answer_posted>()) << "answered before it is durable";
    kept();
    return answered();
  }
  posted_outcome answered() const {
    const auto& a = get<pair_effects::answer_posted>();
    EXPECT_EQ(a.token, token);
    return *a.answer;
  }
  errc refused() const { return get<pair_effects::answer_posted>().answer.error().code; }
  static order an_order(const order_intent& intent, order_state at) {
    order o;
    o.id = order_id_of(intent.slot);
    o.intent = intent;
    o.state = at;
    return o;
  }
  std::uint64_t token = 0;
};

/// As text, where a feature that is not known equals itself.
std::string features_of(const trial& t) {
  return ::testing::PrintToString(t.get<pair_effects::ask_policy>().seen.features);
}

TEST(pair_posted, decides_on_the_posted_market_and_orders_on_its_bars_slot) {
  desk t;
  const auto m = t.market();
  t.post(m);
  ASSERT_TRUE(t.asks_policy());
  t.say(action::go_long);
  const auto kept = t.get<pair_effects::keep_decision>().what;
  EXPECT_EQ(kept.source, "posted");
  EXPECT_EQ(kept.bar_open, m.candles.back().open_time);
  EXPECT_EQ(kept.reference, m.candles.back().close);
  EXPECT_EQ(kept.risk_check_result, "asked");
  EXPECT_FALSE(t.has<pair_effects::ask_review>()) << "I2: asked before the decision is durable";
  t.kept();
  const auto intent = t.get<pair_effects::ask_review>().intent;
  EXPECT_EQ(intent.slot.bar_open, m.candles.back().open_time);
  EXPECT_EQ(intent.decision, kept.id);
  EXPECT_FALSE(t.has<pair_effects::answer_posted>());
  t.feed(pair_events::reviewed{true, order_id_of(intent.slot), "", ""}, t.now());
  EXPECT_FALSE(t.has<pair_effects::answer_posted>()) << "answered before the intent is durable";
  t.feed(pair_events::order_moved{t.an_order(intent, order_state::intent), {}, {}}, t.now());
  const auto out = t.answered();
  EXPECT_EQ(out.risk_check, "approved");
  EXPECT_EQ(out.state, order_state::intent);
  EXPECT_EQ(out.trade, intent.trade);
  EXPECT_EQ(out.decided.id, kept.id);
  EXPECT_TRUE(out.warnings.empty());
}

TEST(pair_posted, leaves_window_features_and_last_decision_as_they_are) {
  desk with;
  desk without;
  auto m = with.market();
  for (auto& c : m.candles) c.volume = quantity::of(77);
  with.post(m);
  ASSERT_TRUE(with.asks_policy());
  with.say(action::hold);
  with.kept();
  EXPECT_EQ(with.state.last_decision->id, without.state.last_decision->id);
  EXPECT_EQ(with.state.window, without.state.window);
  EXPECT_EQ(with.state.input_hash, without.state.input_hash);
  with.next_bar();
  without.next_bar();
  EXPECT_EQ(features_of(with), features_of(without));
  EXPECT_EQ(with.state.deciding->id, without.state.deciding->id);
}

TEST(pair_posted, does_not_decide_the_pairs_own_next_bar_for_it) {
  desk t;
  auto m = t.market();
  m.candles.push_back(bar_at(t.bars, wave(t.bars)));
  const auto later = bar_at(t.bars, 0).open_time + minutes{5};
  t.feed(pair_events::posted{++t.token, t.state.run.id, m, {}}, later);
  t.say(action::hold);
  t.kept();
  t.next_bar();
  EXPECT_TRUE(t.asks_policy());
}

TEST(pair_posted, the_same_market_twice_names_the_same_order) {
  desk t;
  t.post(t.market());
  t.say(action::go_long);
  t.kept();
  const auto first = t.get<pair_effects::ask_review>().intent;
  t.feed(pair_events::reviewed{true, order_id_of(first.slot), "", ""}, t.now());
  t.feed(pair_events::order_moved{t.an_order(first, order_state::rejected), {}, {}}, t.now());
  EXPECT_EQ(t.answered().state, order_state::rejected);
  EXPECT_EQ(count_of(t.answered().warnings, warning::execution_failed), 1);
  t.post(t.market());
  t.say(action::go_long);
  t.kept();
  const auto second = t.get<pair_effects::ask_review>().intent;
  EXPECT_EQ(order_id_of(first.slot), order_id_of(second.slot));
  EXPECT_EQ(fingerprint_of(first.content), fingerprint_of(second.content));
  EXPECT_NE(first.decision, second.decision) << "each asking has a record of its own";
}

TEST(pair_posted, while_an_order_is_unresolved_it_holds) {
  desk t;
  t.next_bar();
  t.say(action::go_long);
  t.kept();
  t.post(t.market());
  t.say(action::go_long);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
  t.kept();
  EXPECT_EQ(t.answered().risk_check, "not_needed");
}

TEST(pair_posted, the_review_that_refuses_is_the_answer) {
  desk t;
  t.post(t.market());
  t.say(action::go_long);
  t.kept();
  const auto id = order_id_of(t.get<pair_effects::ask_review>().intent.slot);
  t.feed(pair_events::reviewed{false, id, "max_leverage", "too much"}, t.now());
  const auto out = t.answered();
  EXPECT_EQ(out.risk_check, "refused:max_leverage");
  EXPECT_EQ(count_of(out.warnings, warning::execution_failed), 1);
  EXPECT_FALSE(out.trade);
  EXPECT_TRUE(t.has<pair_effects::raise>());
}

TEST(pair_posted, what_is_not_durable_is_answered_so_and_asks_for_nothing) {
  desk t;
  t.post(t.market());
  t.say(action::go_long);
  t.not_kept("disk full");
  EXPECT_EQ(t.refused(), errc::store_failed);
  EXPECT_FALSE(t.has<pair_effects::ask_review>());
  t.kept();
  EXPECT_TRUE(t.todo.empty());
}

TEST(pair_posted, sees_the_pairs_own_position) {
  desk t;
  t.hold_position("-2");
  t.post(t.market());
  EXPECT_EQ(t.get<pair_effects::ask_policy>().seen.position_sign, -1);
  t.say(action::close);
  t.kept();
  const auto& intent = t.get<pair_effects::ask_review>().intent;
  EXPECT_EQ(intent.slot.leg, order_leg::exit);
  EXPECT_EQ(intent.content.side, order_side::buy);
  EXPECT_EQ(intent.content.quantity, quantity::of(2));
}

// ---- the gate -------------------------------------------------------------------------------------------------------

TEST(pair_posted, sorts_what_comes_unsorted_and_says_so) {
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

TEST(pair_posted, no_candles_at_all_are_a_closed_exchange) {
  desk t;
  const auto out = t.held({});
  EXPECT_EQ(count_of(out.warnings, warning::exchange_maintenance), 1);
  EXPECT_EQ(t.state.run.status, run_status::paused);
  EXPECT_EQ(t.state.run.pause_reason, pause_reason::data);
}

TEST(pair_posted, a_hole_too_few_bars_and_old_ones_hold_and_pause) {
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

TEST(pair_posted, opposite_signals_hold_without_a_pause) {
  desk t;
  auto m = t.market();
  m.signals = {{signal_kind::idea, "a", t.now(), 0.5, {}}, {signal_kind::news, "b", t.now(), -0.5, {}}};
  const auto out = t.held(m);
  EXPECT_EQ(out.warnings, std::vector<std::string>{std::string(warning::conflicting_signals)});
  EXPECT_EQ(t.state.run.status, run_status::running);
}

TEST(pair_posted, signals_that_are_old_doubtful_or_not_allowed_are_not_heard) {
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

TEST(pair_posted, another_word_for_the_price_is_noted_or_blocks) {
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

TEST(pair_posted, a_market_that_contradicts_the_pairs_own_is_not_traded_on) {
  desk t;
  auto m = t.market();
  for (auto& c : m.candles)
    for (auto* p : {&c.open, &c.high, &c.low, &c.close}) *p = price::of_double(p->to_double() * 1.03);
  m.last_price = m.candles.back().close;
  EXPECT_EQ(count_of(t.held(m).warnings, warning::blocked_cross_source_divergence), 1);
}

TEST(pair_posted, a_hole_in_the_pairs_own_series_blocks_a_whole_one_too) {
  desk t;
  ++t.bars;
  t.next_bar();
  const auto out = t.held(t.market());
  EXPECT_EQ(count_of(out.warnings, warning::blocked_open_gap_events), 1);
  EXPECT_EQ(count_of(out.warnings, warning::blocked_candle_gaps_detected), 0);
}

TEST(pair_posted, the_pause_of_a_bad_post_ends_by_clean_bars_of_the_pairs_own_alone) {
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

TEST(pair_posted, a_bad_post_closes_nothing_by_itself) {
  desk t;
  t.hold_position("2");
  t.state.run.on_pause = pause_policy::flatten;
  t.held({});
  EXPECT_EQ(t.state.run.status, run_status::paused);
  EXPECT_FALSE(t.has<pair_effects::ask_review>());
}

TEST(pair_posted, an_open_breaker_holds) {
  desk t;
  t.feed(pair_events::breaker_is{breaker_level::halted, true}, t.now());
  EXPECT_EQ(count_of(t.held(t.market()).warnings, warning::kill_switch_enabled), 1);
}

// ---- simulation and refusals ----------------------------------------------------------------------------------------

TEST(pair_posted, a_simulated_execution_is_recorded_as_one_and_asks_for_no_order) {
  for (const auto wanted : {simulated_execution::partial, simulated_execution::filled, simulated_execution::failed}) {
    desk t;
    t.post(t.market(), wanted);
    t.say(action::go_long);
    const auto kept = t.get<pair_effects::keep_decision>().what;
    EXPECT_EQ(kept.risk_check_result, "simulated");
    EXPECT_NE(kept.reason.find("no order is sent"), std::string::npos);
    t.kept();
    EXPECT_FALSE(t.has<pair_effects::ask_review>());
    const auto out = t.answered();
    EXPECT_EQ(out.simulated, wanted);
    EXPECT_FALSE(out.trade);
    EXPECT_EQ(count_of(out.warnings, warning::execution_failed), wanted == simulated_execution::failed ? 1 : 0);
    t.next_bar();
    t.say(action::go_long);
    EXPECT_EQ(t.get<pair_effects::keep_decision>().what.risk_check_result, "asked") << "the pair is bound by nothing";
  }
}

TEST(pair_posted, nothing_is_simulated_where_nothing_was_wanted) {
  desk t;
  t.post(t.market(), simulated_execution::filled);
  t.say(action::hold);
  t.kept();
  EXPECT_FALSE(t.answered().simulated);
  EXPECT_EQ(t.answered().risk_check, "not_needed");
}

TEST(pair_posted, refuses_other_runs_stopped_ones_and_live_ones) {
  desk t;
  t.feed(pair_events::posted{++t.token, run_id{"run-0"}, t.market(), {}}, t.now());
  EXPECT_EQ(t.refused(), errc::not_found);
  t.state.run.mode = trading_mode::live;
  t.post(t.market());
  EXPECT_EQ(t.refused(), errc::refused);
  t.state.run.mode = trading_mode::paper;
  t.feed(pair_events::commanded{run_status::stopped, pause_reason::none, pause_policy::hold, false, "ann", "done"},
         t.now());
  t.post(t.market());
  EXPECT_EQ(t.refused(), errc::conflict);
  EXPECT_EQ(t.todo.size(), 1U) << "nothing is recorded of what was refused";
}

TEST(pair_posted, one_at_a_time_but_none_is_waited_for_for_ever) {
  desk t;
  t.post(t.market());
  t.say(action::go_long);
  t.kept();
  const auto waiting = t.token;
  t.post(t.market());
  EXPECT_EQ(t.refused(), errc::conflict);
  t.feed(pair_events::posted{++t.token, t.state.run.id, t.market(), {}}, t.now() + minutes{1});
  const auto& first = t.get<pair_effects::answer_posted>();
  EXPECT_EQ(first.token, waiting);
  EXPECT_EQ(first.answer.error().code, errc::timed_out);
}

}  // namespace
}  // namespace rltrader
