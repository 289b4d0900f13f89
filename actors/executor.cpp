// Durable intent, then the venue, then the outcome.
//
// Nothing leaves before its intent is durable (I2); the last look at the breaker is right before the venue (I9); no answer is
// UNKNOWN and looked up until the venue has spoken or absence is proved (I4); what is durable is told, nothing else.
#include "actors/executor.hpp"

#include "actors/guard.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

namespace rltrader {

executor::executor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
                   retry_queue_actor queue, ports::venue& venue, std::shared_ptr<const level_gate> gate,
                   const std::shared_ptr<const ports::desk_image>& image, executor_terms terms)
    : super(cfg),
      around_(around),
      ledger_(std::move(ledger)),
      alerts_(std::move(alerts)),
      queue_(std::move(queue)),
      venue_(venue),
      gate_(std::move(gate)),
      terms_(terms) {
  books_.restore(image->open_orders, image->fills_lately, image->positions, image->open_trades, image->ended_lately,
                 image->facts);
}

executor::behavior_type executor::make_behavior() {
  die_loudly(this, "executor");
  send(queue_, subscribe_jobs{"order_lookup", caf::actor_cast<job_worker>(this)});
  venue_.on_event([weak = caf::weak_actor_ptr{ctrl()}](const ports::venue_event& e) {
    if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_spoke{e});
  });
  take_up_where_left();
  show_unknown();
  return {
      [this](execute_order& what) { execute(std::move(what)); },
      [this](const cancel_order& what) -> caf::result<execution_view> { return cancel(what); },
      [this](const cancel_entries& what) { cancel_all_entries(what); },
      [this](const resolve_order& what) -> caf::result<execution_view> {
        const auto* o = books_.find(what.id);
        if (!o) return to_caf({errc::not_found, "no order " + what.id.text() + " in the books"});
        if (!terminal(o->state)) look_up(o->id);
        return execution_view_of(*o);
      },
      [this](const end_order& what) -> caf::result<execution_view> { return end_unknown(what); },
      [this](const ask_books& what) { return books_since(what.since); },
      [this](const book_fill& what) { take_fill(what.what); },
      [this](const book_insurance& what) { take_insurance(what.what); },
      [this](const book_funding& what) { save(books_.note_funding(what.what, what.mark, around_.now()), "funding"); },
      [this](venue_answered& what) { hear(what); },
      [this](const venue_spoke& what) {
        if (const auto* f = std::get_if<fill>(&what.what)) take_fill(*f);
        if (const auto* r = std::get_if<ports::order_report>(&what.what)) take_report(*r);
        if (const auto* p = std::get_if<insurance_paid>(&what.what)) take_insurance(*p);
      },
      [this](const books_answered& what) { hear_books(what); },
      [this](const look_again& what) {
        const auto it = lookups_.find(what.id);
        if (it != lookups_.end() && it->second.round == what.round) look_up(what.id);
      },
      [this](const save_again&) { write_out(); },
      [this](const subscribe_orders& what) { listeners_.push_back(what.who); },
      [this](const do_job& what) -> caf::result<job_done> { return do_lookup(what.job); },
      [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "executor"); },
      [this](const ask_health&) { return health(); }};
}

void executor::on_exit() {
  venue_.on_event({});
  listeners_.clear();
  outbox_.clear();
  destroy(ledger_);
  destroy(alerts_);
  destroy(queue_);
}

books_reply executor::books_since(instant since) const {
  books_reply reply;
  for (const auto& [id, o] : books_.open_orders()) reply.open_orders.push_back(o);
  reply.known_fills = books_.fill_ids_since(since);
  reply.ended_orders = books_.ended_orders_since(since);
  reply.known_insurance.assign(books_.known_insurance().begin(), books_.known_insurance().end());
  for (const auto& [key, p] : books_.positions()) reply.positions.push_back(p);
  for (const auto& [id, t] : books_.open_trades()) reply.open_trades.push_back(t);
  return reply;
}

health_reply executor::health() const {
  health_reply reply;
  int unknown = 0;
  for (const auto& [id, o] : books_.open_orders())
    if (o.state == order_state::unknown) ++unknown;
  if (unknown > 0)
    reply.problems.push_back(
        {"orders", std::to_string(unknown) + " without the venue's word; they are being looked up"});
  if (!trouble_.empty()) reply.problems.push_back({"ledger", trouble_});
  return reply;
}

// ---- sending -------------------------------------------------------------------------------------------------------

void executor::execute(execute_order&& what) {
  const auto& intent = what.what.intent();
  if (outbox_.size() >= terms_.waiting_most) {
    raise("executor_full", severity::high, intent.content.pair.text(), "intents_refused", 1, {});
    return refuse_unbooked(intent, what.trace_id, "the executor has too many orders waiting");
  }
  auto opened = books_.open(intent, around_.now(), what.trace_id);
  if (!opened) {
    raise("slot_conflict", severity::high, intent.content.pair.text(), "intents_refused", 1,
          {{"why", opened.error().what}});
    return refuse_unbooked(intent, what.trace_id, opened.error().what);
  }
  if (!opened->now) {  // the same slot and content again: it executes once
    if (const auto* known = books_.find(order_id_of(intent.slot)))
      broadcast({.now = *known, .by_fill = {}, .held = {}, .round_trip = {}});
    return;
  }
  const auto id = opened->now->id;
  save(
      std::move(*opened), "intent", [this, id, approved = std::move(what.what)] { leave(id, approved); }, true);
}

/// Who counted the intent from its approval on is told; where the slot has an order already, what stands is that order.
void executor::refuse_unbooked(const order_intent& intent, const std::string& trace, const std::string& why) {
  if (const auto* known = books_.find(order_id_of(intent.slot)))
    return broadcast({.now = *known, .by_fill = {}, .held = {}, .round_trip = {}});
  auto o = order_of(intent, around_.now(), trace);
  o.state = order_state::rejected;
  o.status_reason = why;
  broadcast({.now = std::move(o), .by_fill = {}, .held = {}, .round_trip = {}});
}

/// The intent is durable: the last gate, then the venue.
void executor::leave(const order_id& id, const approved_order& approved) {
  const auto* o = books_.find(id);
  if (!o || o->state != order_state::intent) return;
  const auto now = around_.now();
  const auto& content = o->content();
  const bool reduces = content.reduce_only || o->intent.slot.leg != order_leg::entry;
  const auto level = gate_->level(content.pair);
  const auto refuse = [&](const std::string& why) { note(id, order_events::refused_before_send{why}); };
  if (o->cancel_requested) return refuse("a cancel was asked for before it left");
  if (now > approved.valid_until()) return refuse("its approval had run out");
  if (!reduces && level != breaker_level::active) return refuse("the breaker is " + std::string(text_of(level)));
  if (!note(id, order_events::send_started{})) return;
  if (around_.metrics) around_.metrics->add(http::metric::orders_submitted, {content.pair.text(), "sent"});
  const auto token = token_for(id);
  if (around_.stopwatch) sent_at_[token] = around_.stopwatch();
  venue_.place(approved, answer_to<ports::place_answer>(token));
  expect_in_time<ports::place_answer>(token);  // the order is UNKNOWN then; the real answer may still come and is heard
}

std::uint64_t executor::token_for(const order_id& id) {
  tokens_.emplace(++last_token_, id);
  return last_token_;
}

// ---- cancelling ----------------------------------------------------------------------------------------------------

caf::result<execution_view> executor::cancel(const cancel_order& what) {
  const auto* o = books_.find(what.id);
  if (!o) return to_caf({errc::not_found, "no order " + what.id.text() + " in the books"});
  if (terminal(o->state))
    return to_caf({errc::conflict, "order " + what.id.text() + " is " + std::string(text_of(o->state)) + " already"});
  auto step = books_.note(what.id, order_events::cancel_wanted{what.reason + " (" + what.who + ")"}, around_.now());
  if (!step) return to_caf(step.error());
  auto promise = make_response_promise<execution_view>();
  const auto finish = [this, promise, id = what.id]() mutable {
    ask_cancel(id);
    if (const auto* now = books_.find(id)) promise.deliver(execution_view_of(*now));
  };
  if (!step->now) {
    auto ready = finish;
    ready();
  } else {
    save(std::move(*step), "cancel", finish);
  }
  return promise;
}

void executor::ask_cancel(const order_id& id) {
  const auto* o = books_.find(id);
  // An intent has not left: leave() refuses it. (After a restart there is none; it is UNKNOWN then.)
  if (!o || terminal(o->state) || o->state == order_state::intent) return;
  const auto token = token_for(id);
  venue_.cancel(o->content().pair, id, answer_to<ports::cancel_answer>(token));
  expect_in_time<ports::cancel_answer>(token);
}

void executor::cancel_all_entries(const cancel_entries& what) {
  std::vector<order_id> ids;
  for (const auto& [id, o] : books_.open_orders())
    if (o.intent.slot.leg == order_leg::entry && (what.pair.empty() || o.content().pair.text() == what.pair))
      ids.push_back(id);
  for (const auto& id : ids) {
    note(id, order_events::cancel_wanted{what.reason});
    ask_cancel(id);
  }
}

executor_actor spawn_executor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                              alert_sink_actor alerts, retry_queue_actor queue, ports::venue& venue,
                              std::shared_ptr<const level_gate> gate, std::shared_ptr<const ports::desk_image> image,
                              executor_terms terms) {
  return system.spawn<executor>(around, std::move(ledger), std::move(alerts), std::move(queue), venue, std::move(gate),
                                std::move(image), terms);
}

}  // namespace rltrader
