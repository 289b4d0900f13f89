// Approved orders for tests: made by a real review against a book that allows nearly everything.
#pragma once

#include "domain/risk.hpp"

#include <stdexcept>
#include <string>
#include <variant>

namespace rltrader {

struct wanted_order {
  pair_name pair{"BTC-USDT"};
  order_side side = order_side::buy;
  std::string quantity = "0.01";
  order_leg leg = order_leg::entry;
  std::string held = "0";  ///< what is held already, for a reduction
  instant at{};
  int ordinal = 0;
  order_type type = order_type::market;
  std::string trigger = "";
  milliseconds validity = seconds{30};
};

inline order_intent intent_of(const wanted_order& wanted) {
  order_intent out;
  out.slot = {"test", "paper", trading_mode::paper, wanted.pair, wanted.at, wanted.leg, wanted.ordinal};
  out.content.pair = wanted.pair;
  out.content.side = wanted.side;
  out.content.type = wanted.type;
  out.content.quantity = *quantity::parse(wanted.quantity);
  if (!wanted.trigger.empty()) out.content.trigger = price::parse(wanted.trigger);
  out.content.reduce_only = wanted.leg != order_leg::entry;
  out.reference = price::of(100'000);
  out.created_at = wanted.at;
  return out;
}

inline approved_order approved(const wanted_order& wanted) {
  risk_book book;
  auto& pair = book.pairs[wanted.pair];
  pair.instrument = simulated_instrument(wanted.pair);
  pair.mark = tick{wanted.pair, wanted.at, price::of(100'000), price::of(100'000)};
  position held;
  held.pair = wanted.pair;
  held.held = *quantity::parse(wanted.held);
  held.entry = price::of(100'000);
  pair.positions[position_side::both] = held;
  book.wallet = money::of(10'000'000);
  book.policy.max_total_exposure = book.policy.max_instrument_exposure = money::of(1'000'000'000);
  book.policy.max_daily_loss = book.policy.circuit_breaker_loss = money::of(1'000'000'000);
  book.policy.max_open_positions = 100;
  book.policy.max_leverage = percent(10'000);
  book.policy.max_drawdown = percent(100);
  auto said = review(book, intent_of(wanted), wanted.at, {wanted.validity, seconds{10}});
  if (const auto* no = std::get_if<refusal>(&said)) throw std::logic_error(no->rule + ": " + no->why);
  return std::get<approved_order>(said);
}

}  // namespace rltrader
