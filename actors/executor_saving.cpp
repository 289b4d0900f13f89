// Saving and telling: what is durable is told, nothing else.
#include "actors/executor.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <algorithm>

namespace rltrader {

void executor::save(booked what, std::string cause, std::function<void()> then, bool opens) {
  if (!what.changed() && what.notes.empty()) return;
  outbox_.add({std::move(what), std::move(cause), opens, std::move(then)});
  write_out();
}

void executor::write_out() {
  auto rows = outbox_.next();
  if (!rows) return;
  request(ledger_, around_.request_timeout, write_rows{std::move(*rows)})
      .then([this](const written&) { saved(); }, [this](const caf::error& e) { not_saved(from_caf(e, "the ledger")); });
}

void executor::saved() {
  trouble_.clear();
  for (const auto& p : outbox_.written()) finish(p);
  write_out();
}

void executor::finish(const pending_save& p) {
  if (!p.told) tell(p.what, p.cause);
  if (p.then) p.then();
}

void executor::not_saved(const failure& why) {
  if (why.code == errc::conflict) return refused_by_ledger(why);
  trouble_ = why.what;
  for (const auto& id : outbox_.failed()) give_up(id, why);
  raise("ledger_down", severity::high, "", "saves_waiting", static_cast<double>(outbox_.size()), {{"why", why.what}});
  delayed_send(this, std::chrono::seconds{1}, save_again{});
}

/// The write may have happened all the same, so the intent and its end are both kept for the ledger. Told at once, though it is
/// not durable: nothing has left, and risk counts the order from its approval on.
void executor::give_up(const order_id& id, const failure& why) {
  auto step = books_.note(id, order_events::refused_before_send{"intent_not_durable: " + why.what}, around_.now());
  if (!step || !step->now) return;
  raise("intent_not_durable", severity::high, step->now->content().pair.text(), "intents_dropped", 1,
        {{"client_order_id", id.text()}, {"why", why.what}});
  tell(*step, "order");
  outbox_.add({std::move(*step), "order", false, {}, true});
}

/// A single one whose earlier write failed was written then after all; any other contradicts the store.
void executor::refused_by_ledger(const failure& why) {
  const auto p = outbox_.refused();
  if (!p) return write_out();
  if (p->tried) {
    finish(*p);
  } else {
    log_event(log_level::error, "ledger.refused", "", "executor", "", why.what);
    raise("ledger_conflict", severity::high, "", "rows_refused", 1, {{"why", why.what}});
    if (p->opens) {
      auto o = *p->what.now;
      books_.forget(o.id);
      o.state = order_state::rejected;
      o.status_reason = why.what;
      broadcast({.now = std::move(o), .by_fill = {}, .held = {}, .round_trip = {}});
    }
  }
  write_out();
}

void executor::tell(const booked& what, const std::string& cause) {
  if (what.now)
    broadcast({.now = *what.now, .by_fill = what.by_fill, .held = what.held, .round_trip = what.round_trip});
  else if (what.held)
    for (const auto& l : listeners_) send(l, position_changed{*what.held, what.by_fill, cause});
}
void executor::show_unknown() const {
  if (!around_.metrics) return;
  const auto unknown = std::count_if(books_.open_orders().begin(), books_.open_orders().end(),
                                     [](const auto& o) { return o.second.state == order_state::unknown; });
  around_.metrics->set(http::metric::orders_unknown, static_cast<double>(unknown));
}

void executor::broadcast(const order_changed& what) {
  if (around_.metrics) {
    const auto& name = what.now.content().pair.text();
    if (what.by_fill) around_.metrics->add(http::metric::fills, {name});
    if (terminal(what.now.state)) around_.metrics->add(http::metric::orders_submitted, {name, text_of(what.now.state)});
    show_unknown();
  }
  for (const auto& l : listeners_) send(l, what);
}
void executor::raise(std::string category, severity how, std::string pair, std::string metric, double value,
                     std::map<std::string, std::string> metadata) {
  send(alerts_, alarm{std::move(category), how, std::move(pair), std::move(metric), value, 0, std::move(metadata)});
}

}  // namespace rltrader
