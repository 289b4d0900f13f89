// How orders meet prices: ticks, opens and the paths of bars.
#include "sim/venue_stepping.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rltrader::sim {

namespace {

__extension__ using wide = __int128;

constexpr quantity unlimited = quantity::of_raw(std::numeric_limits<std::int64_t>::max());

quantity saturated(wide raw) {
  return raw > unlimited.raw() ? unlimited : quantity::of_raw(static_cast<std::int64_t>(raw));
}

/// What one order may take of a volume, in whole steps: its share, and at least the depth that is always there.
quantity share_of(quantity volume, price at, const venue_settings& settings, quantity step) {
  const auto share = static_cast<wide>(volume.raw()) * settings.volume_share.raw() / fixed_scale;
  const auto depth = static_cast<wide>(settings.least_depth.raw()) * fixed_scale / at.raw();
  const auto most = saturated(std::max(share, depth));
  return quantity::of_raw(most.raw() - most.raw() % step.raw());
}

price slipped(order_side side, price from, rate slippage) {
  const auto slip = part_of(from, slippage, rounding::up);
  return side == order_side::buy ? from + slip : from - slip;
}

/// Whether a mark meets the trigger of a stop or a take-profit.
bool triggers(const order_content& c, price mark) {
  const bool from_above = (c.type == order_type::stop_market) == (c.side == order_side::sell);
  return from_above ? mark <= *c.trigger : mark >= *c.trigger;
}

bool through(const order_content& c, price p) { return c.side == order_side::buy ? p < *c.limit : p > *c.limit; }
bool marketable(const order_content& c, price p) { return c.side == order_side::buy ? p <= *c.limit : p >= *c.limit; }

enum class approach : unsigned char { from_above, from_below };

/// Where on the way from one price to another a level is met; none if it is not.
std::optional<price> met_at(price from, price to, price level, approach side) {
  if (side == approach::from_above) {
    if (from <= level) return from;
    return to <= level ? std::optional(level) : std::nullopt;
  }
  if (from >= level) return from;
  return to >= level ? std::optional(level) : std::nullopt;
}

bool liquidates(const venue_position& leg, price mark) {
  if (!leg.liquidation.positive()) return false;
  return leg.held.positive() ? mark <= leg.liquidation : leg.held.negative() && mark >= leg.liquidation;
}

/// Where on the way an order executes; none if the way does not reach it.
std::optional<price> crossing(const venue_order& order, price from, price to) {
  const auto& c = order.content;
  switch (c.type) {
    case order_type::market: return std::nullopt;  // waits for a tick or an open
    case order_type::limit:
      if (!order.rested || (!through(c, from) && !through(c, to))) return std::nullopt;
      return through(c, from) ? from : *c.limit;
    case order_type::stop_market:
    case order_type::take_profit_market: {
      if (order.triggered) return std::nullopt;
      const bool above = (c.type == order_type::stop_market) == (c.side == order_side::sell);
      return met_at(from, to, *c.trigger, above ? approach::from_above : approach::from_below);
    }
  }
  return std::nullopt;
}

bool usable(const candle& c) {
  return c.low.positive() && c.low <= std::min(c.open, c.close) && c.high >= std::max(c.open, c.close) &&
         !c.volume.negative();
}

}  // namespace

void venue_core::stepping::trade(resting_order& r, execution e, std::optional<quantity> volume) {
  auto& leg = leg_of(r.order);
  const auto& terms = on->row.terms;
  e.side = r.order.content.side;
  e.quantity = r.order.open_quantity();
  const bool closes = only_closes(r.order.content);
  if (closes) e.quantity = std::min(e.quantity, closable(leg, e.side));
  if (e.quantity.is_zero()) return end(r, order_state::expired, "no position to close");
  if (volume) e.quantity = std::min(e.quantity, share_of(*volume, e.price, venue.settings_, terms.step));
  r.met = venue.event_;
  if (e.quantity.is_zero()) {
    if (r.order.triggered) tell(r);
    return;
  }
  e.price = e.maker ? e.price : against(e.side, e.price, terms.tick);
  book_fill(leg, &r, e, "trade");
  if (closes && !terminal(r.order.state) && closable(leg, e.side).is_zero())
    end(r, order_state::cancelled, "the position is closed");
}

void venue_core::stepping::meet_resting(resting_order& r, const point& p) {
  auto& order = r.order;
  const auto& c = order.content;
  const auto slippage = venue.settings_.slippage;
  const bool executes_now = c.type == order_type::market || order.triggered;
  if (executes_now) return trade(r, {.price = slipped(c.side, p.last, slippage)}, p.volume);
  if (has_trigger(c.type)) {
    if (!triggers(c, p.mark)) return;
    order.triggered = true;
    order.updated_at = at;
    if (p.how == meeting::at_open) return trade(r, {.price = slipped(c.side, p.last, slippage)}, p.volume);
    return tell(r);
  }
  const bool arrives = !order.rested;
  if (arrives) {
    order.rested = true;
    touched.push_back(order.number);
    if (!marketable(c, p.last)) return;
    const auto reached = against(c.side, slipped(c.side, p.last, slippage), on->row.terms.tick);
    const auto best = c.side == order_side::buy ? std::min(reached, *c.limit) : std::max(reached, *c.limit);
    return trade(r, {.price = best}, p.volume);
  }
  if (through(c, p.last)) trade(r, {.price = *c.limit, .maker = true}, p.volume);
}

void venue_core::stepping::meet(const point& p) {
  for (auto& r : on->open)
    if (r.order.placed_at <= at) meet_resting(r, p);
  for (auto& leg : on->legs)
    if (liquidates(leg, p.mark)) liquidate(leg, p.mark);
}

bool venue_core::stepping::travel_to_next(const way& w) {
  resting_order* next = nullptr;
  price nearest;
  const auto distance = [&](price p) { return (p - w.from).abs(); };
  for (auto& r : on->open) {
    const bool takes_part = r.order.content.leg_side == w.leg_side && r.met != venue.event_ &&
                            !terminal(r.order.state) && r.order.placed_at <= began;
    if (!takes_part) continue;
    const auto where = crossing(r.order, w.from, w.to);
    if (!where || (next && distance(*where) >= distance(nearest))) continue;
    next = &r;
    nearest = *where;
  }
  auto& leg = on->legs[static_cast<std::size_t>(w.leg_side)];
  if (leg.liquidation.positive()) {
    const auto side = leg.held.positive() ? approach::from_above : approach::from_below;
    const auto where = met_at(w.from, w.to, leg.liquidation, side);
    if (where && (!next || distance(*where) < distance(nearest))) {
      liquidate(leg, *where);
      return true;
    }
  }
  if (!next) return false;
  const auto& c = next->order.content;
  if (c.type == order_type::limit) {
    trade(*next, {.price = *c.limit, .maker = true}, w.volume);
  } else {
    next->order.triggered = true;
    next->order.updated_at = at;
    trade(*next, {.price = slipped(c.side, nearest, venue.settings_.slippage)}, w.volume);
  }
  return true;
}

void venue_core::stepping::travel(const candle& c, position_side leg_side) {
  const auto& leg = on->legs[static_cast<std::size_t>(leg_side)];
  // What hurts comes first; without a position, the extreme away from the close.
  const bool low_first = leg.held.is_zero() ? c.close >= c.open : leg.held.positive();
  const auto first = low_first ? c.low : c.high;
  const auto second = low_first ? c.high : c.low;
  for (const auto& [from, to] : {std::pair{c.open, first}, {first, second}, {second, c.close}}) {
    const way w{.from = from, .to = to, .volume = c.volume, .leg_side = leg_side};
    // Each order takes part once and each leg is liquidated once, so this ends.
    while (travel_to_next(w)) {}
  }
}

void venue_core::stepping::rest_limits(price open) {
  for (auto& r : on->open) {
    auto& order = r.order;
    const bool arrives = order.content.type == order_type::limit && !order.rested && order.placed_at <= began;
    if (!arrives || marketable(order.content, open)) continue;
    order.rested = true;
    touched.push_back(order.number);
  }
}

bool venue_core::idle(const book& b) {
  return b.open.empty() && b.legs[0].held.is_zero() && b.legs[1].held.is_zero() && b.legs[2].held.is_zero();
}

bool venue_core::untouched(const book& b, const candle& c) {
  if (!b.open.empty()) return false;
  return std::none_of(b.legs.begin(), b.legs.end(),
                      [&](const auto& leg) { return liquidates(leg, c.low) || liquidates(leg, c.high); });
}

venue_step venue_core::on_tick(const tick& seen, std::optional<quantity> volume) {
  auto* b = find(seen.pair);
  const bool believable = seen.last.positive() && seen.mark.positive() && (!volume || !volume->negative());
  if (!b || !believable || seen.at < b->row.seen_at) return {};
  b->row.last = seen.last;
  b->row.mark = seen.mark;
  b->row.seen_at = seen.at;
  if (idle(*b)) return {};
  ++event_;
  stepping step{*this, b, seen.at};
  step.meet({.last = seen.last, .mark = seen.mark, .volume = volume, .how = meeting::at_tick});
  return step.finish();
}

venue_step venue_core::on_bar_open(const bar_open& opened) {
  auto* b = find(opened.pair);
  if (!b || !opened.price.positive() || opened.at < b->row.seen_at || b->row.opened_bar == opened.at) return {};
  b->row.last = b->row.mark = opened.price;
  b->row.seen_at = opened.at;
  b->row.opened_bar = opened.at;
  if (idle(*b)) return {};
  ++event_;
  stepping step{*this, b, opened.at};
  step.meet({.last = opened.price, .mark = opened.price, .volume = b->row.volume, .how = meeting::at_open});
  return step.finish();
}

venue_step venue_core::on_bar(const bar& closed) {
  auto* b = find(closed.pair);
  if (!b) return {};
  const auto& c = closed.candle;
  const auto closes_at = closed.close_time();
  const bool open_met = b->row.opened_bar == c.open_time;
  if (!usable(c) || closes_at <= b->row.seen_at || (!open_met && c.open_time < b->row.seen_at)) return {};
  b->row.seen_at = closes_at;
  b->row.opened_bar = c.open_time;
  b->row.volume = c.volume;
  b->row.last = b->row.mark = c.close;
  if (untouched(*b, c)) return {};
  ++event_;
  stepping step{*this, b, c.open_time};
  if (open_met)
    step.rest_limits(c.open);
  else
    step.meet({.last = c.open, .mark = c.open, .volume = c.volume, .how = meeting::at_open});
  step.at = closes_at;
  if (account_.mode == position_mode::one_way) {
    step.travel(c, position_side::both);
  } else {
    step.travel(c, position_side::long_side);
    step.travel(c, position_side::short_side);
  }
  return step.finish();
}

}  // namespace rltrader::sim
