// Decisions on posted markets: the same gates and books, and nothing of the pair's own series is touched.
#include "tests/domain/pair_trial.hpp"

namespace rltrader {
namespace {

using namespace rltrader::testing;

using desk = posting_trial;

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

TEST(pair_posted, a_review_that_is_not_heard_of_is_not_called_a_refusal) {
  desk t;
  t.post(t.market());
  t.say(action::go_long);
  t.kept();
  const auto intent = t.get<pair_effects::ask_review>().intent;
  const auto id = order_id_of(intent.slot);
  t.feed(pair_events::reviewed{false, id, no_review, "too slow"}, t.now());
  EXPECT_EQ(t.refused(), errc::timed_out);
  EXPECT_NE(t.get<pair_effects::answer_posted>().answer.error().what.find(id.text()), std::string::npos);
  t.feed(pair_events::order_moved{t.an_order(intent, order_state::intent), {}, {}}, t.now());
  EXPECT_EQ(t.state.open_orders.count(id), 1U) << "the order that followed is not known";
  EXPECT_FALSE(t.has<pair_effects::answer_posted>()) << "answered twice";
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
