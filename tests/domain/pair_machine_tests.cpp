// The life of a pair: one event at a time, whole effects compared.
#include "domain/pair_machine.hpp"
#include "domain/warnings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader {
namespace {

const pair_name btc{"BTC-USDT"};
const instant start = instant_of_ms(1'700'000'100'000 / 300'000 * 300'000);

candle bar_at(int n, double close) {
  const auto p = price::of_double(close);
  return {.open_time = start + minutes{5} * n, .open = p, .high = p, .low = p, .close = p, .volume = quantity::of(10)};
}

/// A slow wave around 100 that never moves far enough to be a spike.
double wave(int n) { return 100 + 0.5 * ((n % 7) - 3) + 0.01 * (n % 13); }

struct trial {
  trial() : state(terms()) {
    pair_events::restored past;
    past.run.id = run_id{"run-1"};
    past.run.pair = btc;
    past.run.status = run_status::running;
    past.held.pair = btc;
    feed(past, start);
  }
  static pair_terms terms() {
    pair_terms t;
    t.instrument = simulated_instrument(btc);
    t.primary = interval::m5;
    t.installation = "here";
    t.account = "paper";
    t.largest_position = money::of(1000);
    t.policy_version = "test";
    t.source = "test";
    return t;
  }
  void feed(const pair_event& e, instant now) {
    todo.clear();
    step(state, e, now, todo);
  }
  /// Gives the next bar at its close.
  void next_bar() {
    const auto c = bar_at(bars, wave(bars));
    feed(pair_events::bar_closed{{btc, interval::m5, c}}, c.open_time + minutes{5});
    ++bars;
  }
  void warm_up() {
    while (!asks_policy()) {
      ASSERT_LT(bars, 2000) << "the policy is never asked";
      next_bar();
      if (!asks_policy()) finish_hold();
    }
  }
  bool asks_policy() const { return has<pair_effects::ask_policy>(); }
  void finish_hold() {}
  instant now() const { return start + minutes{5} * bars; }
  void say(action a, double size = 1) {
    feed(pair_events::policy_said{{.choice = a, .confidence = 0.9, .size = size, .reason = "because"}}, now());
  }
  template <class E>
  bool has() const {
    return std::any_of(todo.begin(), todo.end(), [](const pair_effect& e) { return std::holds_alternative<E>(e); });
  }
  template <class E>
  const E& get() const {
    for (const auto& e : todo)
      if (const auto* x = std::get_if<E>(&e)) return *x;
    throw std::logic_error("no such effect");
  }
  void hold_position(const char* amount) {
    position p;
    p.pair = btc;
    p.held = *quantity::parse(amount);
    p.entry = price::of(100);
    feed(pair_events::position_moved{p}, now());
  }

  pair_state state;
  std::vector<pair_effect> todo;
  int bars = 0;
};

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
  t.feed(pair_events::kept{}, t.now());
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
  t.feed(pair_events::not_kept{"disk full"}, t.now());
  t.feed(pair_events::kept{}, t.now());
  EXPECT_TRUE(t.todo.empty());
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
  fresh.feed(pair_events::bar_closed{{btc, interval::m5, again}}, t.now());
  EXPECT_TRUE(fresh.todo.empty());
}

TEST(pair_machine, asks_for_nothing_new_while_an_order_is_unresolved) {
  trial t;
  t.warm_up();
  t.say(action::go_long);
  t.feed(pair_events::kept{}, t.now());
  t.next_bar();
  ASSERT_TRUE(t.asks_policy());
  t.say(action::go_short);
  EXPECT_EQ(t.get<pair_effects::keep_decision>().what.choice, action::hold);
  EXPECT_FALSE(t.get<pair_effects::keep_decision>().answer_wanted);
}

TEST(pair_machine, flips_by_closing_first) {
  trial t;
  t.warm_up();
  t.say(action::hold);
  t.hold_position("3");
  t.next_bar();
  ASSERT_TRUE(t.asks_policy());
  t.say(action::go_short);
  t.feed(pair_events::kept{}, t.now());
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
