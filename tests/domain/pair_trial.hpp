// A pair's machine under test: bars of a slow wave, and short words for what happens to it.
#pragma once

#include "domain/pair_machine.hpp"
#include "domain/warnings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing {

inline const pair_name btc{"BTC-USDT"};
inline const instant start = instant_of_ms(1'700'000'100'000 / 300'000 * 300'000);

inline candle bar_at(int n, double close) {
  const auto p = price::of_double(close);
  return {.open_time = start + minutes{5} * n, .open = p, .high = p, .low = p, .close = p, .volume = quantity::of(10)};
}

/// A slow wave around 100 that never moves far enough to be a spike.
inline double wave(int n) { return 100 + 0.5 * ((n % 7) - 3) + 0.01 * (n % 13); }

struct trial {
  trial() : state(terms()) {
    pair_events::restored past;
    past.run.id = run_id{"run-1"};
    past.run.pair = btc;
    past.run.status = run_status::running;
    past.held.pair = btc;
    feed(past, start);
  }
  explicit trial(trading_mode mode) : trial() { state.terms.mode = mode; }
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
    for (const auto& x : todo)
      if (const auto* kept = std::get_if<pair_effects::keep_decision>(&x)) decided = kept->what.id;
  }
  /// The decision that was made last is durable, or is not.
  void kept() { feed(pair_events::kept{decided}, now()); }
  void not_kept(const char* why) { feed(pair_events::not_kept{decided, why}, now()); }
  /// Gives the next bar at its close.
  void next_bar() {
    const auto c = bar_at(bars, wave(bars));
    feed(pair_events::bar_closed{{btc, interval::m5, c}, {}}, c.open_time + minutes{5});
    ++bars;
  }
  void warm_up() {
    while (!asks_policy()) {
      ASSERT_LT(bars, 2000) << "the policy is never asked";
      next_bar();
    }
  }
  bool asks_policy() const { return has<pair_effects::ask_policy>(); }
  instant now() const { return start + minutes{5} * bars; }
  void say(action a, double size = 1, double confidence = 0.9) {
    feed(pair_events::policy_said{{.choice = a, .confidence = confidence, .size = size, .reason = "because"}}, now());
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
  decision_id decided;
  int bars = 0;
};

inline int count_of(const std::vector<std::string>& words, std::string_view what) {
  return static_cast<int>(std::count(words.begin(), words.end(), what));
}

/// A pair that has warmed up and decided, and whoever posts to it.
struct posting_trial : trial {
  posting_trial() {
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
inline std::string features_of(const trial& t) {
  return ::testing::PrintToString(t.get<pair_effects::ask_policy>().seen.features);
}

}  // namespace rltrader::testing
