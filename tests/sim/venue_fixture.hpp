// A small simulated venue to test on: two contracts, short spellings of amounts, and the words of an order.
#pragma once

#include "sim/venue_core.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace rltrader {
// Amounts print as decimals in failures.
template <class Tag>
void PrintTo(fixed<Tag> x, std::ostream* out) {
  *out << x.text();
}
}  // namespace rltrader

namespace rltrader::sim::testing {

inline price px(const char* text) { return *price::parse(text); }
inline quantity qty(const char* text) { return *quantity::parse(text); }
inline money usd(const char* text) { return *money::parse(text); }
inline rate frac(const char* text) { return *rate::parse(text); }

inline const pair_name btc{"BTC-USDT"};
inline const pair_name eth{"ETH-USDT"};

/// Minutes after the beginning: 2025-01-01 00:00 UTC.
inline instant minute_at(std::int64_t n) { return instant_of_ms(1'735'689'600'000 + n * 60'000); }

inline instrument contract(const pair_name& pair, const char* tick, const char* step) {
  instrument out;
  out.pair = pair;
  out.symbol = pair.text();
  out.tick = px(tick);
  out.step = qty(step);
  out.minimum = qty(step);
  out.minimum_notional = usd("2");
  return out;
}

/// No slippage and endless depth unless a test says otherwise, so that figures are plain.
inline venue_settings plain_settings(position_mode mode = position_mode::one_way) {
  venue_settings s;
  s.instruments = {contract(btc, "0.1", "0.0001"), contract(eth, "0.01", "0.01")};
  s.mode = mode;
  s.leverage = 10;
  s.slippage = {};
  s.least_depth = money::of(5'000'000);
  return s;
}

inline order_content market(order_side side, const char* quantity_text, const pair_name& pair = btc) {
  order_content c;
  c.pair = pair;
  c.side = side;
  c.quantity = qty(quantity_text);
  return c;
}
inline order_content limit(order_side side, const char* quantity_text, const char* at) {
  auto c = market(side, quantity_text);
  c.type = order_type::limit;
  c.limit = px(at);
  return c;
}
inline order_content stop(order_side side, const char* quantity_text, const char* at) {
  auto c = market(side, quantity_text);
  c.type = order_type::stop_market;
  c.trigger = px(at);
  c.reduce_only = true;
  return c;
}
inline order_content take_profit(order_side side, const char* quantity_text, const char* at) {
  auto c = stop(side, quantity_text, at);
  c.type = order_type::take_profit_market;
  return c;
}
inline order_content reducing(order_content c) {
  c.reduce_only = true;
  return c;
}
inline order_content on_leg(order_content c, position_side leg) {
  c.leg_side = leg;
  c.reduce_only = false;
  return c;
}

constexpr auto buy = order_side::buy;
constexpr auto sell = order_side::sell;

/// A venue with its clock in minutes; prices come as ticks or as one-minute bars.
struct desk {
  venue_core venue;
  std::int64_t minute = 0;

  explicit desk(venue_settings s = plain_settings()) : venue(std::move(s)) {}

  instant now() const { return minute_at(minute); }
  command_answer place(order_content c, const char* client = "") {
    return venue.place({.client = order_id{client}, .content = std::move(c), .at = now()});
  }
  venue_step tick_at(const char* last, std::optional<quantity> volume = {}) { return tick_at(last, last, volume); }
  venue_step tick_at(const char* last, const char* mark, std::optional<quantity> volume = {}) {
    ++minute;
    return venue.on_tick({.pair = btc, .at = now(), .last = px(last), .mark = px(mark)}, volume);
  }
  /// The bar of the coming minute; afterwards it is that minute's close.
  venue_step bar_of(const char* open, const char* high, const char* low, const char* close,
                    const char* volume = "1000") {
    bar b{.pair = btc, .interval = interval::m1, .candle = {}};
    b.candle = {.open_time = now(),
                .open = px(open),
                .high = px(high),
                .low = px(low),
                .close = px(close),
                .volume = qty(volume)};
    ++minute;
    return venue.on_bar(b);
  }
  venue_position held(position_side leg = position_side::both) const { return venue.position_of(btc, leg)->position; }
  venue_order order(const char* client) const { return *venue.query({.pair = btc, .client = order_id{client}}); }
};

/// What a step filled, as "buy 1 @ 100.5 taker" and the like.
inline std::vector<std::string> fills_of(const venue_step& step) {
  std::vector<std::string> out;
  for (const auto& event : step.events)
    if (const auto* f = std::get_if<venue_fill>(&event))
      out.push_back(std::string(text_of(f->trade.side)) + " " + f->trade.quantity.text() + " @ " +
                    f->trade.price.text() + (f->trade.maker ? " maker" : " taker") +
                    (f->trade.cause == "trade" ? "" : " " + f->trade.cause));
  return out;
}
using told = std::vector<std::string>;

}  // namespace rltrader::sim::testing
