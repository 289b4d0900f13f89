// The life of a pair: one event at a time, whole effects compared.
#include "domain/order_machine.hpp"
#include "tests/domain/pair_trial.hpp"

namespace rltrader {
namespace {

using namespace rltrader::testing;

TEST(pair_machine, holds_with_a_recorded_reason_while_it_warms_up) {
  trial t;
  t.next_bar();
  const auto& kept = t.get<pair_effects::keep_decision>();
  EXPECT_EQ(kept.what.choice, action::hold);
  EXPECT_FALSE(kept.what.gate_passed);
  EXPECT_FALSE(kept.what.warnings.empty());
  EXPECT_FALSE(kept.answer_wanted);
  EXPECT_EQ(t.state.run.status, run_status::running) << "a series that only begins is no fault of the data";
}

TEST(pair_machine, asks_for_a_review_only_after_the_decision_is_durable_I2) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  const auto& kept = t.get<pair_effects::keep_decision>();
  EXPECT_TRUE(kept.answer_wanted);
  EXPECT_FALSE(t.has<pair_effects::ask_review>());
  t.kept();
  const auto& asked = t.get<pair_effects::ask_review>();
  EXPECT_EQ(asked.intent.content.side, order_side::buy);
  EXPECT_EQ(asked.intent.slot.leg, order_leg::entry);
  EXPECT_EQ(asked.intent.content.quantity,
            quantize(units_for(money::of(1000), asked.intent.reference), simulated_instrument(btc).step));
}

TEST(pair_machine, drops_the_intent_when_the_decision_was_not_kept) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  t.not_kept("disk full");
  t.kept();
  EXPECT_TRUE(t.todo.empty());
}

TEST(pair_machine, an_intent_that_waits_is_not_dropped_by_a_decision_that_asks_for_nothing) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  const auto first = t.decided;
  t.next_bar();
  t.say(action::hold);
  t.feed(pair_events::kept{first}, t.now());
  EXPECT_EQ(t.get<pair_effects::ask_review>().intent.decision, first);
}

TEST(pair_machine, decides_a_bar_once_also_after_a_restart) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  const auto last = *t.state.last_decision;
  const auto again = bar_at(t.bars - 1, wave(t.bars - 1));

  trial fresh;
  pair_events::restored past;
  past.run = t.state.run;
  past.held.pair = btc;
  past.last_decision = last;
  fresh.feed(past, t.now());
  fresh.feed(pair_events::bar_closed{{btc, interval::m5, again}, {}}, t.now());
  EXPECT_TRUE(fresh.todo.empty());
}

TEST(pair_machine, asks_for_nothing_new_while_an_order_is_unresolved) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  t.kept();
  t.next_bar();
  ASSERT_TRUE(t.asks_policy());
  t.say(action::go_short);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
  EXPECT_FALSE(t.get<pair_effects::keep_decision>().answer_wanted);
}

TEST(pair_machine, an_approved_order_is_unresolved_until_its_end_is_told) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  t.kept();
  const auto intent = t.get<pair_effects::ask_review>().intent;
  t.feed(pair_events::reviewed{true, order_id_of(intent.slot), "", ""}, t.now());
  t.next_bar();
  t.say(action::go_long);
  EXPECT_FALSE(t.get<pair_effects::keep_decision>().answer_wanted) << "the executor has not told what became of it";
  auto never_left = order_of(intent, t.now(), "trace");
  never_left.state = order_state::not_placed;
  t.feed(pair_events::order_moved{never_left, {}, {}}, t.now());
  t.next_bar();
  t.say(action::go_long);
  EXPECT_TRUE(t.get<pair_effects::keep_decision>().answer_wanted);
}

TEST(pair_machine, flips_by_closing_first) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  t.hold_position("3");
  t.next_bar();
  ASSERT_TRUE(t.asks_policy());
  t.say(action::go_short);
  t.kept();
  const auto& asked = t.get<pair_effects::ask_review>();
  EXPECT_EQ(asked.intent.slot.leg, order_leg::exit);
  EXPECT_TRUE(asked.intent.content.reduce_only);
  EXPECT_EQ(asked.intent.content.side, order_side::sell);
  EXPECT_EQ(asked.intent.content.quantity, quantity::of(3));
}

TEST(pair_machine, a_gap_pauses_and_three_clean_bars_end_the_pause) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  ++t.bars;  // one bar never comes
  t.next_bar();
  const auto& kept = t.get<pair_effects::keep_decision>();
  EXPECT_EQ(std::count(kept.what.warnings.begin(), kept.what.warnings.end(),
                       std::string(warning::blocked_candle_gaps_detected)),
            1);
  EXPECT_EQ(t.state.run.status, run_status::paused);
  EXPECT_EQ(t.state.run.pause_reason, pause_reason::data);
  int bars_until_running = 0;
  while (t.state.run.status == run_status::paused && bars_until_running < 60) {
    t.next_bar();
    ++bars_until_running;
  }
  // The hole leaves the window of 30 after 29 more bars; the third clean bar ends the pause.
  EXPECT_EQ(bars_until_running, 31);
}

TEST(pair_machine, a_mark_that_contradicts_the_close_is_noted_or_blocks) {
  const auto decided_at = [](double off) {
    trial t;
    t.warm_up();
    t.say(action::hold);
    const auto c = bar_at(t.bars, wave(t.bars));
    t.feed(pair_events::bar_closed{{btc, interval::m5, c}, price::of_double(c.close.to_double() * (1 + off))},
           c.open_time + minutes{5});
    if (t.asks_policy()) t.say(action::hold);
    return std::pair{t.get<pair_effects::keep_decision>().what.warnings, t.state.run.status};
  };
  using words = std::vector<std::string>;
  EXPECT_EQ(decided_at(0.001), (std::pair{words{}, run_status::running}));
  EXPECT_EQ(decided_at(-0.01), (std::pair{words{std::string(warning::cross_source_drift)}, run_status::running}));
  EXPECT_EQ(decided_at(0.03),
            (std::pair{words{std::string(warning::blocked_cross_source_divergence)}, run_status::paused}));
}

TEST(pair_machine, an_operators_pause_does_not_end_by_itself) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  t.feed(pair_events::commanded{run_status::paused, pause_reason::operator_asked, pause_policy::hold, false, "ann",
                                "lunch"},
         t.now());
  for (int i = 0; i < 10; ++i) t.next_bar();
  EXPECT_EQ(t.state.run.status, run_status::paused);
}

TEST(pair_machine, holds_and_says_why_while_the_breaker_is_halted) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  t.feed(pair_events::breaker_is{breaker_level::halted, true}, t.now());
  t.next_bar();
  const auto& d = t.get<pair_effects::keep_decision>().what;
  EXPECT_EQ(d.choice, action::hold);
  EXPECT_EQ(std::count(d.warnings.begin(), d.warnings.end(), std::string(warning::kill_switch_enabled)), 1);
  t.feed(pair_events::breaker_is{breaker_level::active, false}, t.now());
  t.next_bar();
  EXPECT_TRUE(t.asks_policy());
}

TEST(pair_machine, a_policy_that_answers_no_number_holds) {
  trial t;
  t.warm_up();
  t.feed(pair_events::policy_said{{.choice = action::go_long, .confidence = 0.0 / 0.0, .size = 1, .reason = ""}},
         t.now());
  const auto& d = t.get<pair_effects::keep_decision>().what;
  EXPECT_EQ(d.choice, action::hold);
  EXPECT_EQ(d.warnings, std::vector<std::string>{std::string(warning::model_unavailable)});
}

TEST(pair_machine, holds_an_entry_below_the_fleets_least_confidence_from_now_on) {
  trial t;
  t.warm_up();
  agent_configuration fleet;
  fleet.min_confidence_score = 0.7;
  t.feed(pair_events::fleet_is{fleet}, t.now());
  t.say(action::go_long, 1, 0.69);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.reason, "confidence below the least that is traded");
  t.next_bar();
  t.say(action::go_long, 1, 0.7);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::go_long);
}

TEST(pair_machine, of_its_own_and_the_fleets_least_confidence_the_tighter_binds) {
  trial t;
  t.warm_up();
  t.state.terms.confidence_least = 0.8;
  agent_configuration fleet;
  fleet.min_confidence_score = 0.5;
  t.feed(pair_events::fleet_is{fleet}, t.now());
  t.say(action::go_long, 1, 0.79);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
  t.next_bar();
  t.say(action::go_long, 1, 0.8);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::go_long);
}

TEST(pair_machine, closes_whatever_the_confidence) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  t.hold_position("3");
  agent_configuration fleet;
  fleet.min_confidence_score = 0.9;
  t.feed(pair_events::fleet_is{fleet}, t.now());
  t.next_bar();
  t.say(action::close, 0, 0.1);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::close);
  EXPECT_TRUE(t.get<pair_effects::keep_decision>().answer_wanted);
}

TEST(pair_machine, missing_features_pause_a_live_run_until_an_operator_resumes_it) {
  for (const auto mode : {trading_mode::paper, trading_mode::live}) {
    trial t(mode);
    t.warm_up();
    t.say(action::hold);
    // The series goes on, but its features begin anew.
    t.state.pipeline = feature_pipeline{interval::m5, {}};
    t.next_bar();
    const auto& d = t.get<pair_effects::keep_decision>().what;
    EXPECT_EQ(d.choice, action::hold);
    EXPECT_EQ(count_of(d.warnings, warning::feature_quality_gate), 1);
    const bool live = mode == trading_mode::live;
    EXPECT_EQ(t.state.run.status, live ? run_status::paused : run_status::running);
    if (!live) continue;
    EXPECT_EQ(t.state.run.pause_reason, pause_reason::out_of_distribution);
    for (int i = 0; i < 60; ++i) t.next_bar();
    EXPECT_EQ(t.state.run.status, run_status::paused);
  }
}

TEST(pair_machine, features_that_warm_up_do_not_pause_a_live_run) {
  trial t(trading_mode::live);
  t.next_bar();
  EXPECT_EQ(t.state.run.status, run_status::running);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
}

TEST(pair_machine, the_same_bars_give_the_same_input_hash) {
  trial a;
  trial b;
  for (int i = 0; i < 20; ++i) {
    a.next_bar();
    b.next_bar();
  }
  EXPECT_EQ(a.state.input_hash, b.state.input_hash);
  trial c;
  for (int i = 0; i < 20; ++i) {
    if (i == 7) c.hold_position("1");
    c.next_bar();
  }
  EXPECT_NE(a.state.input_hash, c.state.input_hash);
}

}  // namespace
}  // namespace rltrader
