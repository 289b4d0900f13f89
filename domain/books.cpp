// How orders, fills and funding move our books.
#include "domain/books.hpp"

#include <algorithm>

namespace rltrader {

namespace {
std::string fill_key(const pair_name& pair, const fill_id& id) { return pair.text() + '|' + id.text(); }

/// Facts of this name and the venue's id say which payments are in the books.
constexpr std::string_view insurance_fact = "insurance|";
constexpr std::size_t ended_most = 4096;
constexpr std::size_t fills_most = 65536;

void end_trade(trade& t, instant now) {
  t.status = trade_status::closed;
  t.closed_at = now;
  const auto notional = value_of(t.average_fill_price, t.quantity);
  if (notional.positive()) t.pnl_pct = ratio_of(t.pnl, notional);
}
}  // namespace

trade_status status_of_entry(order_state s) {
  switch (s) {
    case order_state::intent: return trade_status::proposed;
    case order_state::sent:
    case order_state::accepted: return trade_status::placed;
    case order_state::partial: return trade_status::partial;
    case order_state::unknown: return trade_status::unknown;
    case order_state::filled: return trade_status::filled;
    case order_state::rejected:
    case order_state::not_placed: return trade_status::rejected;
    case order_state::cancelled:
    case order_state::expired: return trade_status::cancelled;
  }
  return trade_status::unknown;
}

void order_books::restore(const std::vector<order>& open_orders, const std::vector<fill>& fills,
                          const std::vector<position>& positions, const std::vector<trade>& open_trades,
                          const std::vector<order>& ended_orders, const std::vector<desk_fact>& facts) {
  for (const auto& f : facts)
    if (f.name.starts_with(insurance_fact)) insurance_.insert(f.name.substr(insurance_fact.size()));
  for (const auto& o : ended_orders) remember_end(o);
  for (const auto& o : open_orders) open_.insert_or_assign(o.id, o);
  for (const auto& f : fills) remember_fill(f);
  for (const auto& p : positions) positions_.insert_or_assign({p.pair, p.leg_side}, p);
  for (const auto& t : open_trades) trades_.insert_or_assign(t.id, t);
}

void order_books::remember_end(const order& o) {
  if (ended_.insert_or_assign(o.id, o).second) ended_order_.push_back(o.id);
  if (ended_order_.size() <= ended_most) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

void order_books::remember_fill(const fill& f) {
  auto key = fill_key(f.pair, f.id);
  if (!fills_.insert(key).second) return;
  fill_order_.emplace_back(f.at, std::move(key));
  if (fill_order_.size() > fills_most) {
    fills_.erase(fill_order_.front().second);
    fill_order_.pop_front();
  }
}

bool order_books::knows_fill(const pair_name& pair, const fill_id& id) const {
  return fills_.contains(fill_key(pair, id));
}

// Both lists are in the order of booking, which follows the venue's time but for late finds; so the walk goes from the newest
// back and stops well beyond the asked moment.
std::vector<std::string> order_books::fill_ids_since(instant since) const {
  std::vector<std::string> out;
  for (auto it = fill_order_.rbegin(); it != fill_order_.rend() && it->first >= since - hours{24}; ++it)
    if (it->first >= since) out.push_back(it->second);
  return out;
}

std::vector<std::string> order_books::ended_orders_since(instant since) const {
  std::vector<std::string> out;
  auto newest_first = ended_order_.rbegin();
  while (newest_first != ended_order_.rend()) {
    const auto& id = *newest_first++;
    const auto known = ended_.find(id);
    if (known == ended_.end()) continue;
    if (known->second.updated_at < since - hours{24}) break;
    if (known->second.updated_at >= since) out.push_back(id.text());
  }
  return out;
}

const order* order_books::find(const order_id& id) const {
  if (const auto it = open_.find(id); it != open_.end()) return &it->second;
  if (const auto it = ended_.find(id); it != ended_.end()) return &it->second;
  return nullptr;
}

position order_books::held(const pair_name& pair, position_side leg) const {
  const auto it = positions_.find({pair, leg});
  if (it != positions_.end()) return it->second;
  position flat;
  flat.pair = pair;
  flat.leg_side = leg;
  return flat;
}

/// Keeps the order after a transition and writes down what happened.
void order_books::settle(order after, const order* before, const std::string& reason, instant now, booked& out) {
  // The attempt and the cumulated fill make the number of an event follow from the order alone, so that it survives a restart
  // without a look at the store; a repeated number would be refused there.
  after.transitions += 1;
  state_event e;
  e.order = after.id;
  e.number = after.transitions;
  e.pair = after.intent.content.pair;
  if (before) e.before = before->state;
  e.after = after.state;
  e.reason = reason;
  e.filled = after.filled;
  e.at = now;
  e.trace_id = after.trace_id;
  audit_note n;
  n.actor = "executor";
  n.action = "order." + std::string(text_of(after.state));
  n.resource_type = "order";
  n.resource_id = after.id.text();
  n.metadata = {{"pair", e.pair.text()}, {"filled", after.filled.text()}, {"trace_id", after.trace_id}};
  if (!reason.empty()) n.metadata["reason"] = reason;
  n.created_at = now;
  out.events.push_back(std::move(e));
  out.notes.push_back(std::move(n));

  if (terminal(after.state)) {
    open_.erase(after.id);
    remember_end(after);
  } else {
    open_.insert_or_assign(after.id, after);
  }
  out.now = std::move(after);
}

result<booked> order_books::open(const order_intent& intent, instant now, const std::string& trace_id) {
  auto o = order_of(intent, now, trace_id);
  if (const auto* known = find(o.id)) {
    if (known->fingerprint != o.fingerprint)
      return {errc::conflict, "order " + o.id.text() + " exists with another content; its slot cannot be used twice"};
    return booked{};
  }
  booked out;
  settle(std::move(o), nullptr, intent.reason, now, out);
  update_trade(*out.now, nullptr, nullptr, nullptr, now, out);
  return out;
}

void order_books::forget(const order_id& id) {
  const auto it = open_.find(id);
  if (it == open_.end()) return;
  if (it->second.intent.slot.leg == order_leg::entry) trades_.erase(it->second.intent.trade);
  open_.erase(it);
}

result<booked> order_books::note(const order_id& id, const order_event& event, instant now) {
  const auto* known = find(id);
  if (!known) return {errc::not_found, "no order " + id.text() + " in our books"};
  const order before = *known;
  auto step = advance(before, event, now);
  if (!step) return step.error();
  booked out;
  if (!step->changed) return out;
  const auto reason = step->after.status_reason;
  settle(std::move(step->after), &before, reason, now, out);
  update_trade(*out.now, nullptr, nullptr, nullptr, now, out);
  return out;
}

result<booked> order_books::note_fill(const fill& f, instant now) {
  must(f.price.positive(), "a fill at price 0 or below is a defect of the venue's adapter");
  must(f.quantity.positive(), "a fill of quantity 0 or below is a defect of the venue's adapter");
  if (knows_fill(f.pair, f.id)) return booked{};
  booked out;
  const auto* known = f.order.empty() ? nullptr : find(f.order);
  std::optional<order> ours;
  if (known) {
    ours = *known;
    auto step = advance(*ours, order_events::filled{f}, now);
    // A fill that contradicts the order's end still moved the position: it is booked there, and the failure says so below.
    if (step && step->changed) settle(std::move(step->after), &*ours, "fill " + f.id.text(), now, out);
  }
  remember_fill(f);
  const auto before = held(f.pair, f.leg_side);
  auto after = apply(before, f);
  positions_.insert_or_assign({f.pair, f.leg_side}, after);
  out.by_fill = f;
  if (out.now) update_trade(*out.now, &f, &before, &after, now, out);
  if (!out.now) {
    update_foreign(f, before, after, now, out);
    audit_note n;
    n.actor = "executor";
    n.action = "position.moved_without_order";
    n.resource_type = "position";
    n.resource_id = f.pair.text();
    n.metadata = {
        {"fill", f.id.text()}, {"cause", f.cause}, {"quantity", f.quantity.text()}, {"price", f.price.text()}};
    n.created_at = now;
    out.notes.push_back(std::move(n));
    if (ours) {
      out.notes.back().metadata["order"] = ours->id.text();
      out.notes.back().metadata["order_state"] = std::string(text_of(ours->state));
    }
  }
  out.held = std::move(after);
  return out;
}

booked order_books::note_funding(const funding& f, price mark, instant now) {
  booked out;
  for (const auto leg : {position_side::both, position_side::long_side, position_side::short_side}) {
    const auto it = positions_.find({f.pair, leg});
    if (it == positions_.end() || it->second.held.is_zero()) continue;
    const auto before = it->second;
    it->second = apply(before, f, mark);
    it->second.updated_at = now;
    for (auto& [id, t] : trades_) {
      if (t.instrument != f.pair || t.position_size.is_zero()) continue;
      t.pnl += it->second.funding_received - before.funding_received;
      out.round_trip = t;
    }
    out.held = it->second;
  }
  return out;
}

booked order_books::note_insurance(const insurance_paid& paid, instant now) {
  if (!insurance_.insert(paid.id).second) return {};
  booked out;
  auto after = held(paid.pair, paid.leg_side);
  after.realised += paid.amount;
  after.updated_at = now;
  positions_.insert_or_assign({paid.pair, paid.leg_side}, after);
  out.notes.push_back({.actor = "executor",
                       .action = "position.insured",
                       .resource_type = "position",
                       .resource_id = paid.pair.text(),
                       .metadata = {{"income", paid.id}, {"amount", paid.amount.text()}},
                       .created_at = now});
  out.fact = desk_fact{std::string(insurance_fact) + paid.id, paid.pair.text() + ' ' + paid.amount.text()};
  out.held = std::move(after);
  return out;
}

void order_books::update_foreign(const fill& f, const position& before, const position& after, instant now,
                                 booked& out) {
  const auto it = std::find_if(trades_.begin(), trades_.end(), [&](const auto& entry) {
    const auto& t = entry.second;
    const bool same_leg = f.leg_side == position_side::both || f.leg_side == t.side;
    return t.instrument == f.pair && same_leg && t.position_size.positive();
  });
  if (it == trades_.end()) return;
  auto& t = it->second;
  t.pnl += (after.realised - before.realised) - f.fee;
  t.position_size = after.held.abs();
  if (after.held.is_zero()) end_trade(t, now);
  out.round_trip = t;
  if (t.status == trade_status::closed) trades_.erase(it);
}

void order_books::update_trade(const order& o, const fill* f, const position* before, const position* after,
                               instant now, booked& out) {
  const auto& id = o.intent.trade;
  if (id.empty()) return;
  auto it = trades_.find(id);
  const bool entry = o.intent.slot.leg == order_leg::entry;
  if (it == trades_.end()) {
    if (!entry) return;
    trade t;
    t.id = id;
    t.run = o.intent.run;
    t.instrument = o.intent.content.pair;
    t.side = o.intent.content.side == order_side::buy ? position_side::long_side : position_side::short_side;
    t.quantity = o.intent.content.quantity;
    t.mode = o.intent.slot.mode;
    t.entry_order = o.id;
    t.created_at = o.created_at;
    it = trades_.emplace(id, std::move(t)).first;
  }
  auto& t = it->second;
  if (entry) {
    t.status = status_of_entry(o.state);
    t.average_fill_price = o.average;
    // A cancelled remainder leaves what was filled: the trade is held, not cancelled.
    if ((t.status == trade_status::cancelled || t.status == trade_status::rejected) && o.filled.positive())
      t.status = trade_status::filled;
  }
  if (f && before && after) {
    t.pnl += (after->realised - before->realised) - f->fee;
    t.position_size = after->held.abs();
    if (after->held.is_zero() && (!entry || terminal(o.state))) end_trade(t, now);
  }
  out.round_trip = t;
  const bool over =
      t.status == trade_status::closed || t.status == trade_status::cancelled || t.status == trade_status::rejected;
  if (over) trades_.erase(it);
}

}  // namespace rltrader
