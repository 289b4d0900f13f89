// The venue's word: answers, fills and reports, each heard once and booked.
#include "actors/executor.hpp"
#include "actors/log.hpp"

namespace rltrader {

bool executor::note(const order_id& id, const order_event& event) {
  auto step = books_.note(id, event, around_.now());
  if (!step) {
    raise("order_contradiction", severity::high, "", "words_refused", 1,
          {{"client_order_id", id.text()}, {"why", step.error().what}});
    log_event(log_level::error, "order.contradiction", "", "executor", id.text(), step.error().what);
    return false;
  }
  if (step->now && terminal(step->now->state)) lookups_.erase(id);
  save(std::move(*step), "order");
  return true;
}

void executor::hear(venue_answered& what) {
  const auto it = tokens_.find(what.token);
  if (it == tokens_.end()) return;
  const auto id = it->second;
  if (const auto* place = std::get_if<ports::place_answer>(&what.what)) {
    const bool silence = std::holds_alternative<ports::no_word>(*place);
    note_roundtrip(what.token, silence);
    const auto* o = books_.find(id);
    if (!silence || !o || o->state != order_state::sent) tokens_.erase(it);
    if (!o) return;
    hear_placing(*o, *place);
  } else if (const auto* cancelled = std::get_if<ports::cancel_answer>(&what.what)) {
    tokens_.erase(it);
    // A refused cancel says that the order is no longer open: its end is looked up, never assumed.
    if (!std::holds_alternative<ports::cancel_accepted>(*cancelled) && books_.open_orders().contains(id)) look_up(id);
  } else if (const auto* found = std::get_if<ports::lookup_answer>(&what.what)) {
    tokens_.erase(it);
    hear_lookup(id, *found);
  }
}

/// From the socket to the first answer; silence is none.
void executor::note_roundtrip(std::uint64_t token, bool silence) {
  const auto it = sent_at_.find(token);
  if (it == sent_at_.end()) return;
  if (!silence && around_.metrics)
    around_.metrics->observe(http::metric::order_roundtrip, around_.stopwatch() - it->second);
  sent_at_.erase(it);
}

void executor::hear_placing(const order& o, const ports::place_answer& answer) {
  const auto id = o.id;
  if (const auto* yes = std::get_if<ports::place_accepted>(&answer)) {
    note(id, order_events::venue_accepted{yes->id});
  } else if (const auto* no = std::get_if<ports::place_rejected>(&answer)) {
    note(id, order_events::venue_rejected{no->code, no->message});
  } else if (const auto* never = std::get_if<ports::never_left>(&answer)) {
    note(id, order_events::refused_before_send{never->why});
  } else if (o.state == order_state::sent) {
    note(id, order_events::no_word{std::get<ports::no_word>(answer).why});
    begin_lookups(id);
  }
}

void executor::take_fill(const fill& f) {
  if (books_.knows_fill(f.pair, f.id)) return;
  const auto* known = f.order.empty() ? nullptr : books_.find(f.order);
  const auto reference = known ? known->intent.reference : price{};
  auto step = books_.note_fill(f, around_.now());
  if (!step) {
    raise("fill_refused", severity::high, f.pair.text(), "fills_refused", 1,
          {{"fill", f.id.text()}, {"why", step.error().what}});
    return;
  }
  if (known && reference.positive()) note_slippage(f, reference);
  if (!step->now)
    raise("foreign_fill", severity::high, f.pair.text(), "fills_without_open_order", 1,
          {{"fill", f.id.text()}, {"cause", f.cause}});
  else if (terminal(step->now->state))
    lookups_.erase(step->now->id);
  save(std::move(*step), f.cause);
}

/// Basis points paid against the price that the decision saw; negative when better.
void executor::note_slippage(const fill& f, price reference) {
  const auto paid = (f.side == order_side::buy ? f.price - reference : reference - f.price);
  const double points = ratio_of(paid, reference).to_double() * 10'000;
  if (around_.metrics) around_.metrics->observe(http::metric::slippage, points);
  send(ledger_, metric_point{"slippage_bps", f.pair.text(), points, around_.now()});
  if (const auto how = slo_severity(points, terms_.slippage_slo_bps))
    raise("slo_slippage", *how, f.pair.text(), "slippage_bps", points, {{"fill", f.id.text()}});
}

void executor::take_report(const ports::order_report& r) {
  const auto* o = books_.find(r.id);
  if (!o || terminal(o->state)) return;
  if (r.filled > o->filled) return ask_venue_books(r.id);
  note(r.id, order_events::looked_up{r.state, r.venue_order, r.filled});
}

}  // namespace rltrader
