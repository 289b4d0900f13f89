// One step of the simulated venue under way: where orders, positions and money move. For sim/*.cpp alone.
#pragma once

#include "sim/venue_core.hpp"

namespace rltrader::sim {

/// Which prices an order has just met: a tick, or the open of a bar, where a gap through a trigger fills at once.
enum class meeting : unsigned char { at_tick, at_open };

struct venue_core::stepping {
  venue_core& venue;
  book* on;                  ///< null for steps of the account alone
  instant began;             ///< of the event: an order placed later does not take part
  instant at;                ///< of what happens now; a bar's path happens at its close
  std::int64_t told_income;  ///< income rows before this step
  std::vector<venue_event> events{};
  std::vector<std::int64_t> touched{};  ///< numbers of the orders whose rows changed
  bool account_touched = false;         ///< the account's or the book's row changed without an event

  stepping(venue_core& core, book* b, instant when)
      : venue(core), on(b), began(when), at(when), told_income(core.account_.income_count) {}

  struct point {
    price last{};
    price mark{};
    std::optional<quantity> volume{};
    meeting how{};
  };
  /// A straight way of the price within a bar, as the orders and the position of one leg meet it.
  struct way {
    price from{};
    price to{};
    quantity volume{};
    position_side leg_side{};
  };
  struct execution {
    order_side side{};
    rltrader::price price{};
    rltrader::quantity quantity{};
    bool maker = false;
  };

  // Matching, venue_matching.cpp.
  void meet(const point& p);
  void meet_resting(resting_order& r, const point& p);
  void travel(const candle& c, position_side leg_side);
  /// The next order or liquidation that the way meets takes place; false when there is none left.
  bool travel_to_next(const way& w);
  /// Limits that arrived after an open was told rest in its bar; a marketable one waits for the next price, as a
  /// market order.
  void rest_limits(price open);
  void trade(resting_order& r, execution e, std::optional<quantity> volume);

  // Books, venue_account.cpp.
  void end(resting_order& r, order_state state, std::string reason);
  void book_fill(venue_position& leg, resting_order* by, const execution& e, const std::string& cause);
  void book_income(income_row row, const char* why);
  void liquidate(venue_position& leg, price mark);
  void tell(const resting_order& r) {
    touched.push_back(r.order.number);
    events.emplace_back(order_updated{r.order});
  }
  void check_account() const;

  /// Gives the rows of the touched orders and moves the ended ones out of the book.
  void sweep(std::vector<venue_order>& rows);
  /// What happened and the rows that changed.
  venue_step finish();

  venue_position& leg_of(const venue_order& order) const {
    return on->legs[static_cast<std::size_t>(order.content.leg_side)];
  }
};

constexpr bool has_trigger(order_type t) { return t == order_type::stop_market || t == order_type::take_profit_market; }

/// Whether an order can only close: every stop and take-profit, reduce-only, and the reducing side of a hedge leg.
constexpr bool only_closes(const order_content& c) {
  if (has_trigger(c.type) || c.reduce_only) return true;
  if (c.leg_side == position_side::long_side) return c.side == order_side::sell;
  return c.leg_side == position_side::short_side && c.side == order_side::buy;
}

/// How much of a position an order of this side may close.
inline quantity closable(const venue_position& leg, order_side side) {
  if (side == order_side::sell) return leg.held.positive() ? leg.held : quantity{};
  return leg.held.negative() ? -leg.held : quantity{};
}

/// Rounds to a multiple of the tick, away from what the side would like: a buy up, a sell down; at least one tick.
price against(order_side side, price wanted, price tick);

/// What moves a position: a fill without its names.
struct move {
  order_side side{};
  rltrader::price price{};
  rltrader::quantity quantity{};
  int leverage = 1;  ///< locks value / leverage of what is opened
  rate maintenance_margin{};
  instant at{};
};
/// Moves a position and returns what it realised, before fees: by its cost, not by its average price.
money move_position(venue_position& leg, const move& m);
/// The mark at which margin + unrealised falls to the maintenance margin; zero: never.
price liquidation_price(const venue_position& leg, rate maintenance_margin);
/// What closing at the mark would realise.
money unrealised_of(const venue_position& leg, price mark);

}  // namespace rltrader::sim
