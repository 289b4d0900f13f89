// Positions, money and liquidation of the simulated venue: its own arithmetic, by cost, apart from the domain's.
#include "sim/venue_stepping.hpp"

#include <algorithm>
#include <utility>

namespace rltrader::sim {

namespace {

constexpr std::int64_t one = fixed_scale;

quantity signed_by(order_side side, quantity q) { return side == order_side::buy ? q : -q; }

}  // namespace

price against(order_side side, price wanted, price tick) {
  const auto over = wanted.raw() % tick.raw();
  const auto floor = wanted.raw() - over;
  const auto rounded = side == order_side::buy && over != 0 ? floor + tick.raw() : floor;
  return price::of_raw(std::max(rounded, tick.raw()));
}

money unrealised_of(const venue_position& leg, price mark) {
  if (leg.held.is_zero()) return {};
  return value_of(mark, leg.held) - leg.cost;
}

price liquidation_price(const venue_position& leg, rate maintenance_margin) {
  if (leg.held.is_zero()) return {};
  // Long: margin + p x held - cost = rate x p x held. Short: margin + |cost| - p x |held| = rate x p x |held|.
  const bool is_long = leg.held.positive();
  const auto numerator = is_long ? leg.cost - leg.margin : leg.margin - leg.cost;
  if (!numerator.positive()) return {};
  const auto factor = is_long ? one - maintenance_margin.raw() : one + maintenance_margin.raw();
  const auto per_unit = price_of(numerator, leg.held.abs());
  return per_unit.scaled(one, factor, is_long ? rounding::up : rounding::down);
}

money move_position(venue_position& leg, const move& m) {
  must(m.price.positive() && m.quantity.positive(), "a fill needs a price and a quantity above zero");
  money realised;
  auto opening = m.quantity;
  const bool opposite = m.side == order_side::buy ? leg.held.negative() : leg.held.positive();
  if (opposite) {
    const auto size = leg.held.abs();
    const auto closing = std::min(m.quantity, size);
    const bool whole = closing == size;
    const auto cost = whole ? leg.cost : leg.cost.scaled(closing.raw(), size.raw());
    const auto margin = whole ? leg.margin : leg.margin.scaled(closing.raw(), size.raw());
    const auto flow = leg.held.positive() ? closing : -closing;
    realised = value_of(m.price, flow) - cost;
    leg.cost -= cost;
    leg.margin -= margin;
    leg.held -= flow;
    opening = m.quantity - closing;
    if (whole) leg.opened_at.reset();
  }
  if (opening.positive()) {
    must(leg.leg_side != position_side::long_side || m.side == order_side::buy, "a long leg never goes short");
    must(leg.leg_side != position_side::short_side || m.side == order_side::sell, "a short leg never goes long");
    const auto value = value_of(m.price, opening);
    leg.held += signed_by(m.side, opening);
    leg.cost += m.side == order_side::buy ? value : -value;
    leg.margin += value.scaled(1, m.leverage, rounding::up);
    if (!leg.opened_at) leg.opened_at = m.at;
  }
  (m.side == order_side::buy ? leg.bought : leg.sold) += m.quantity;
  leg.realised += realised;
  leg.entry = leg.held.is_zero() ? price{} : price_of(leg.cost, leg.held);
  leg.liquidation = liquidation_price(leg, m.maintenance_margin);
  leg.updated_at = m.at;
  must(leg.held == leg.bought - leg.sold, "a position is the sum of its fills");
  must(!leg.held.is_zero() || (leg.cost.is_zero() && leg.margin.is_zero()), "a flat position costs nothing");
  return realised;
}

void venue_core::stepping::check_account() const {
  const auto& a = venue.account_;
  must(a.wallet == a.starting_balance + a.realised - a.fees + a.funding_received + a.insurance + a.transfers,
       "the wallet is what came in less what went out");
}

void venue_core::stepping::book_fill(venue_position& leg, resting_order* by, const execution& e,
                                     const std::string& cause) {
  const auto& terms = on->row.terms;
  must(e.price.positive(), "a fill at price zero is a defect");
  must(!by || e.quantity <= by->order.open_quantity(), "an order never fills beyond its quantity");
  const auto value = value_of(e.price, e.quantity);
  const auto fee = part_of(value, e.maker ? terms.maker_fee : terms.taker_fee);
  const auto realised = move_position(leg, {.side = e.side,
                                            .price = e.price,
                                            .quantity = e.quantity,
                                            .leverage = on->row.leverage,
                                            .maintenance_margin = terms.maintenance_margin,
                                            .at = at});
  leg.fees += fee;
  auto& account = venue.account_;
  account.wallet += realised - fee;
  account.realised += realised;
  account.fees += fee;
  check_account();

  // A liquidation has an order number of its own, as BingX's forced orders do.
  const auto order_number = by ? by->order.id : venue_order_id{std::to_string(venue.next_number(at))};
  venue_fill row{.sequence = ++account.fill_count,
                 .trade = {.id = fill_id{std::to_string(venue.next_number(at))},
                           .order = by ? by->order.client : order_id{},
                           .venue_order = order_number,
                           .pair = on->row.pair,
                           .side = e.side,
                           .leg_side = leg.leg_side,
                           .price = e.price,
                           .quantity = e.quantity,
                           .fee = fee,
                           .maker = e.maker,
                           .cause = cause,
                           .at = at},
                 .realised = realised};
  venue.fills_.push_back(row);
  events.emplace_back(std::move(row));
  if (by) {
    auto& order = by->order;
    order.filled += e.quantity;
    order.quote += value;
    order.average = price_of(order.quote, order.filled);
    order.fees += fee;
    order.state = order.open_quantity().is_zero() ? order_state::filled : order_state::partial;
    order.updated_at = at;
    tell(*by);
  }
  events.emplace_back(position_changed{leg});
  events.emplace_back(balance_changed{account.wallet, "ORDER"});
}

void venue_core::stepping::book_income(income_row row, const char* why) {
  auto& account = venue.account_;
  row.sequence = ++account.income_count;
  row.at = at;
  account.wallet += row.amount;
  switch (row.what) {
    case income_kind::funding_fee: account.funding_received += row.amount; break;
    case income_kind::insurance_clear: account.insurance += row.amount; break;
    case income_kind::transfer: account.transfers += row.amount; break;
  }
  check_account();
  venue.income_.push_back(row);
  if (row.what == income_kind::funding_fee) events.emplace_back(funding_paid{row});
  events.emplace_back(balance_changed{account.wallet, why});
}

void venue_core::stepping::liquidate(venue_position& leg, price mark) {
  const auto side = leg.held.positive() ? order_side::sell : order_side::buy;
  const auto margin = leg.margin;
  const auto before = venue.account_.wallet;
  const execution whole{.side = side, .price = against(side, mark, on->row.terms.tick), .quantity = leg.held.abs()};
  book_fill(leg, nullptr, whole, "liquidation");
  const auto lost = before - venue.account_.wallet;
  if (lost > margin)
    book_income(
        {.what = income_kind::insurance_clear, .pair = leg.pair, .leg_side = leg.leg_side, .amount = lost - margin},
        "INSURANCE_CLEAR");
}

void venue_core::stepping::end(resting_order& r, order_state state, std::string reason) {
  must(terminal(state), "an order ends in a final state");
  r.order.state = state;
  r.order.reason = std::move(reason);
  r.order.updated_at = at;
  tell(r);
}

venue_step venue_core::on_funding(const funding& due) {
  auto* b = find(due.pair);
  if (!b || !b->row.mark.positive() || (b->row.funded_at && due.at <= *b->row.funded_at)) return {};
  b->row.funded_at = due.at;
  stepping step{*this, b, due.at};
  for (auto& leg : b->legs) {
    if (leg.held.is_zero()) continue;
    const auto received = -part_of(value_of(b->row.mark, leg.held), due.rate);
    leg.funding_received += received;
    leg.updated_at = due.at;
    step.book_income({.what = income_kind::funding_fee,
                      .pair = leg.pair,
                      .leg_side = leg.leg_side,
                      .amount = received,
                      .rate = due.rate},
                     "FUNDING_FEE");
    step.events.emplace_back(position_changed{leg});
  }
  return step.finish();
}

void venue_core::stepping::sweep(std::vector<venue_order>& rows) {
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& r : on->open)
    if (std::binary_search(touched.begin(), touched.end(), r.order.number)) rows.push_back(r.order);
  for (auto& r : on->open)
    if (terminal(r.order.state)) venue.closed_.emplace(r.order.number, std::move(r.order));
  std::erase_if(on->open, [](const resting_order& r) { return terminal(r.order.state); });
}

venue_step venue_core::stepping::finish() {
  if (events.empty() && touched.empty() && !account_touched) return {};
  venue_step out;
  std::array<bool, 3> moved{};
  for (const auto& event : events) {
    if (const auto* f = std::get_if<venue_fill>(&event)) out.changes.fills.push_back(*f);
    if (const auto* p = std::get_if<position_changed>(&event))
      moved[static_cast<std::size_t>(p->position.leg_side)] = true;
  }
  const auto& ledger = venue.income_;
  for (auto row = ledger.rbegin(); row != ledger.rend() && row->sequence > told_income; ++row)
    out.changes.income.insert(out.changes.income.begin(), *row);
  if (on) {
    sweep(out.changes.orders);
    for (std::size_t i = 0; i < moved.size(); ++i)
      if (moved[i]) out.changes.positions.push_back(on->legs[i]);
    out.changes.books.push_back(on->row);
  }
  out.changes.account = venue.account_;
  out.events = std::move(events);
  return out;
}

}  // namespace rltrader::sim
