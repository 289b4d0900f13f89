// What limits are measured on: marks, worst cases, exposure, equity, loss. Exact meanings: docs/risk.md.
#include "domain/breaker.hpp"
#include "domain/risk.hpp"
#include "domain/side_table.hpp"

#include <algorithm>

namespace rltrader {

namespace {

/// What a ratio is shown as when it is larger, or when it is of nothing: far beyond any limit, and safe to multiply with.
constexpr std::int64_t ratio_most = 9'999;

rate bounded_ratio(money part, money whole) {
  if (!part.positive()) return {};
  if (!whole.positive() || part.raw() / whole.raw() >= ratio_most) return rate::of(ratio_most);
  return ratio_of(part, whole);
}

price moved_against(price p, int holding_sign) { return p.scaled(holding_sign > 0 ? 98 : 102, 100, rounding::up); }

/// The dearest price that the pair's own books know, when the market has told none.
std::optional<price> own_price(const pair_exposure& pair, const order_content* added) {
  price dearest;
  const auto see = [&](price p) { dearest = std::max(dearest, p); };
  const auto see_content = [&](const order_content& c) {
    if (c.limit) see(*c.limit);
    if (c.trigger) see(*c.trigger);
  };
  for (const auto& [leg, p] : pair.positions)
    if (!p.held.is_zero()) see(p.entry);
  for (const auto& [id, o] : pair.open_orders) {
    see(o.intent.reference);
    see(o.average);
    see_content(o.content());
  }
  if (added != nullptr) see_content(*added);
  return dearest.positive() ? std::optional(moved_against(dearest, -1)) : std::nullopt;
}

money held_unrealised(const pair_exposure& pair, instant now, milliseconds fresh_for) {
  money sum;
  for (const auto& [leg, p] : pair.positions) {
    if (p.held.is_zero()) continue;
    if (const auto mark = mark_of(pair, now, p.held.positive() ? 1 : -1, fresh_for)) sum += unrealised(p, *mark);
  }
  return sum;
}

bool holds_above_dust(const pair_exposure& pair, std::optional<price> at) {
  return std::any_of(pair.positions.begin(), pair.positions.end(), [&](const auto& entry) {
    return !entry.second.held.is_zero() && !is_dust(pair.instrument, entry.second.held, at);
  });
}

money exposure_of(const worst_case& worst, position_mode mode) {
  const auto units = mode == position_mode::one_way ? std::max(worst.long_worst, worst.short_worst)
                                                    : worst.long_worst + worst.short_worst;
  return worst.at ? value_of(*worst.at, units, rounding::up) : money{};
}

}  // namespace

std::optional<price> mark_of(const pair_exposure& pair, instant now, int holding_sign, milliseconds fresh_for) {
  if (!pair.mark) return std::nullopt;
  const auto& seen = *pair.mark;
  if (seen.mark.positive() && now - seen.at <= fresh_for) return seen.mark;
  const auto last = seen.last.positive() ? seen.last : seen.mark;
  return last.positive() ? std::optional(moved_against(last, holding_sign)) : std::nullopt;
}

bool reduces_only(const order_content& content, position_mode mode) {
  if (mode == position_mode::one_way) return content.reduce_only;
  // In hedge mode the flag is refused or ignored by the venue; the pair of side and leg alone decides.
  const auto sides = [&](position_side which) {
    const auto closing = closing_sides(which, mode);
    return content.side == closing.side && content.leg_side == closing.leg_side;
  };
  return sides(position_side::long_side) || sides(position_side::short_side);
}

worst_case worst_case_of(const pair_exposure& pair, position_mode mode, instant now, const order_content* added,
                         milliseconds fresh_for) {
  quantity held_long;
  quantity held_short;
  for (const auto& [leg, p] : pair.positions) (p.held.positive() ? held_long : held_short) += p.held.abs();
  quantity buys;
  quantity sells;
  const auto count = [&](const order_content& c, quantity open) {
    if (!reduces_only(c, mode)) (c.side == order_side::buy ? buys : sells) += open;
  };
  for (const auto& [id, o] : pair.open_orders) count(o.content(), o.open_quantity());
  if (added != nullptr) count(*added, added->quantity);

  worst_case worst;
  if (mode == position_mode::one_way) {
    const auto held = held_long - held_short;
    worst.long_worst = std::max(quantity{}, held + buys);
    worst.short_worst = std::max(quantity{}, sells - held);
  } else {
    worst.long_worst = held_long + buys;
    worst.short_worst = held_short + sells;
  }
  worst.at = mark_of(pair, now, -1, fresh_for);
  if (!worst.at) worst.at = own_price(pair, added);
  return worst;
}

money exposure_of(const pair_exposure& pair, position_mode mode, instant now, const order_content* added,
                  milliseconds fresh_for) {
  return exposure_of(worst_case_of(pair, mode, now, added, fresh_for), mode);
}

bool is_dust(const rltrader::instrument& instrument, quantity held, std::optional<price> at) {
  if (held.abs() < instrument.minimum) return true;
  return at && value_of(*at, held.abs()) < instrument.minimum_notional;
}

bool is_trigger(const order_content& c) {
  return c.type == order_type::stop_market || c.type == order_type::take_profit_market;
}

quantity closable(const pair_exposure& pair, position_side leg, position_mode mode) {
  const auto found = pair.positions.find(leg);
  if (found == pair.positions.end()) return {};
  const auto held = found->second.held;
  auto rest = held.abs();
  for (const auto& [id, o] : pair.open_orders) {
    const auto& c = o.content();
    const bool closes = sign_of(c.side) > 0 ? held.negative() : held.positive();
    if (c.leg_side == leg && closes && reduces_only(c, mode) && !is_trigger(c)) rest -= o.open_quantity();
  }
  return std::max(quantity{}, rest);
}

risk_measures measure(const risk_book& book, instant now, milliseconds fresh_for) {
  risk_measures m;
  for (const auto& [name, pair] : book.pairs) {
    if (pair.positions.empty() && pair.open_orders.empty()) continue;
    const auto worst = worst_case_of(pair, book.mode, now, nullptr, fresh_for);
    const auto at = worst.at;
    const auto exposure = exposure_of(worst, book.mode);
    if (exposure.positive()) m.exposure_by_instrument[name.text()] = exposure;
    m.total_exposure += exposure;
    if (holds_above_dust(pair, at)) ++m.open_positions;
    for (const auto& [id, o] : pair.open_orders) {
      if (!at || reduces_only(o.content(), book.mode)) continue;
      auto& sum = o.state == order_state::unknown ? m.unknown_exposure : m.in_flight_exposure;
      sum += value_of(*at, o.open_quantity(), rounding::up);
    }
    m.unrealised += held_unrealised(pair, now, fresh_for);
  }
  m.realised = book.realised;
  m.equity = book.wallet + m.unrealised;
  m.leverage = bounded_ratio(m.total_exposure, m.equity);

  const auto account = book.breakers.find("account");
  if (account == book.breakers.end()) return m;
  if (account->second.day) m.daily_loss = std::max(money{}, account->second.day_opening_equity - m.equity);
  m.drawdown = bounded_ratio(account->second.peak_equity - m.equity, account->second.peak_equity);
  if (!account->second.peak_equity.positive()) m.drawdown = {};
  return m;
}

bool equity_agrees(money ours, money theirs) {
  const auto allowed = std::max(money::of(1), part_of(theirs.abs(), bps(10)));
  return (ours - theirs).abs() <= allowed;
}

}  // namespace rltrader
