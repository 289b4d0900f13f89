// Builders of orders, fills and books for tests: a sound value by default, so that a test names only what it is about.
#pragma once

#include "domain/order_machine.hpp"
#include "domain/risk.hpp"
#include "domain/side_table.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace rltrader::testing {

inline const pair_name btc{"BTC-USDT"};
inline const pair_name eth{"ETH-USDT"};
inline const pair_name sol{"SOL-USDT"};
/// 2025-01-15 12:00 UTC, the noon of a day.
inline const instant noon = instant_of_ms(1'736'942'400'000);

inline quantity q(const char* text) { return *quantity::parse(text); }
inline price p(const char* text) { return *price::parse(text); }
inline money usdt(const char* text) { return *money::parse(text); }

/// Seeded, the same on every machine: no distribution of the standard library, whose results are its own affair.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  int between(int least, int most) { return least + below(most - least + 1); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

/// Step 0.001, minimum 0.001, tick 0.1, minimum notional 2 USDT; at a price of 100 three minimums are 0.06.
inline instrument plain_instrument(const pair_name& pair) {
  instrument i;
  i.pair = pair;
  i.symbol = pair.text();
  i.tick = p("0.1");
  i.step = q("0.001");
  i.minimum = q("0.001");
  i.minimum_notional = money::of(2);
  return i;
}

struct intent_terms {
  pair_name pair = btc;
  order_leg leg = order_leg::entry;
  position_side which = position_side::long_side;  ///< what is opened or closed
  position_mode mode = position_mode::one_way;
  const char* quantity = "1";
  int ordinal = 0;
  instant bar = noon;
};

inline order_intent intent_of(const intent_terms& t = {}) {
  const auto sides = t.leg == order_leg::entry ? opening_sides(t.which, t.mode) : closing_sides(t.which, t.mode);
  order_intent i;
  i.slot = {"install", "main", trading_mode::paper, t.pair, t.bar, t.leg, t.ordinal};
  i.content.pair = t.pair;
  i.content.side = sides.side;
  i.content.leg_side = sides.leg_side;
  i.content.reduce_only = sides.reduce_only;
  i.content.type = t.leg == order_leg::stop ? order_type::stop_market : order_type::market;
  if (t.leg == order_leg::stop) i.content.trigger = p("90");
  i.content.quantity = q(t.quantity);
  i.reference = price::of(100);
  i.created_at = noon;
  return i;
}

inline order order_in(order_state state, const intent_terms& t = {}) {
  auto o = order_of(intent_of(t), noon, "trace");
  o.state = state;
  return o;
}

inline fill fill_of(const order& o, const char* id, const char* amount, const char* at = "100") {
  fill f;
  f.id = fill_id{id};
  f.order = o.id;
  f.pair = o.content().pair;
  f.side = o.content().side;
  f.leg_side = o.content().leg_side;
  f.price = p(at);
  f.quantity = q(amount);
  f.at = noon;
  return f;
}

/// 10,000 USDT, three pairs marked at 100 a second ago; generous limits: 5,000 a pair, 8,000 in all, 2 pairs, 1 x leverage.
inline risk_book plain_book(position_mode mode = position_mode::one_way) {
  risk_book book;
  book.mode = mode;
  book.wallet = money::of(10'000);
  for (const auto& pair : {btc, eth, sol}) {
    auto& e = book.pairs[pair];
    e.instrument = plain_instrument(pair);
    e.mark = tick{pair, noon - seconds{1}, price::of(100), price::of(100)};
  }
  auto& policy = book.policy;
  policy.max_instrument_exposure = money::of(5'000);
  policy.max_total_exposure = money::of(8'000);
  policy.max_open_positions = 2;
  policy.max_daily_loss = money::of(200);
  policy.circuit_breaker_loss = money::of(400);
  policy.cooldown_minutes = 30;
  policy.max_leverage = rate::of(1);
  policy.max_drawdown = percent(5);
  return book;
}

/// Holds `amount` (signed text) at an entry of 100.
inline void hold(risk_book& book, const pair_name& pair, const char* amount, position_side leg = position_side::both) {
  auto& held = book.pairs[pair].positions[leg];
  held.pair = pair;
  held.leg_side = leg;
  held.held = q(amount);
  held.entry = price::of(100);
}

inline void rest(risk_book& book, const order& o) { note_order(book, o); }

}  // namespace rltrader::testing
