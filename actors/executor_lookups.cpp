// Looking orders up until the venue has spoken or absence is proved (I4). When a denial may be believed is domain/absence.
#include "actors/executor.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <algorithm>

namespace rltrader {

void executor::take_up_where_left() {
  std::vector<order_id> open;
  for (const auto& [id, o] : books_.open_orders()) open.push_back(id);
  for (const auto& id : open) {
    const auto* o = books_.find(id);
    if (o->state == order_state::intent || o->state == order_state::sent)
      note(id, order_events::no_word{"the daemon restarted before an answer"});
    begin_lookups(id);
  }
}

void executor::begin_lookups(const order_id& id) {
  const auto* o = books_.find(id);
  if (!o || lookups_.contains(id)) return;
  lookup_state s;
  s.evidence.sent_at = o->sent_at.value_or(o->created_at);
  lookups_.emplace(id, s);
  look_up(id);
}

void executor::look_up(const order_id& id) {
  const auto* o = books_.find(id);
  if (!o || terminal(o->state)) return;
  auto& s = lookups_[id];
  if (s.evidence.sent_at == instant{}) s.evidence.sent_at = o->sent_at.value_or(o->created_at);
  const auto token = token_for(id);
  venue_.look_up(o->content().pair, id, answer_to<ports::lookup_answer>(token));
  expect_in_time<ports::lookup_answer>(token);
}

void executor::look_later(const order_id& id) {
  auto& s = lookups_[id];
  ++s.round;
  const auto now = around_.now();
  const auto at = s.evidence.next_look(now, absence_terms{});
  delayed_send(this, around_.actor_wait(std::max(at - now, milliseconds{250})), look_again{id, s.round});
}

void executor::hear_lookup(const order_id& id, const ports::lookup_answer& answer) {
  const auto* o = books_.find(id);
  if (!o || terminal(o->state)) {
    lookups_.erase(id);
    return;
  }
  auto& s = lookups_[id];
  if (const auto* report = std::get_if<ports::order_report>(&answer)) {
    s.evidence.shown = true;
    if (report->filled > o->filled) return ask_venue_books(id);  // the fills first, one by one, then the state
    take_report(*report);
    return found(id);
  }
  if (std::holds_alternative<ports::order_absent>(answer)) {
    if (o->state != order_state::unknown) note(id, order_events::no_word{"the venue does not show it"});
    s.evidence.denied(around_.now(), absence_terms{});
    if (s.evidence.proved(around_.now(), true, absence_terms{}))
      return ask_venue_books(id);  // the books must agree too
    return look_later(id);
  }
  unanswered(*o);
}

/// A question about an order without an answer. Three in a row: alert, quarantine, and a job that goes on asking.
void executor::unanswered(const order& o) {
  const auto id = o.id;
  auto& s = lookups_[id];
  s.evidence.unanswered();
  if (s.evidence.silent() && !s.told_silent) {
    s.told_silent = true;
    raise("order_unknown", severity::high, o.content().pair.text(), "lookups_without_answer",
          s.evidence.tries_without_answer, {{"client_order_id", id.text()}});
    broadcast({.now = o, .by_fill = {}, .held = {}, .round_trip = {}, .silent = true});
    enqueue_job job;
    job.job_type = "order_lookup";
    job.payload = {{"client_order_id", id.text()}};
    job.dedupe_key = id.text();
    job.max_attempts = 1000;
    request(queue_, around_.request_timeout, std::move(job))
        .then([](const retry_job&) {},
              [](const caf::error& e) {
                log_event(log_level::error, "lookup.not_queued", "", "executor", "",
                          from_caf(e, "the retry queue").what);
              });
  }
  look_later(id);
}

void executor::ask_venue_books(const order_id& id) {
  const auto* o = books_.find(id);
  const auto token = token_for(id);
  venue_.books(o->created_at - minutes{1}, [weak = caf::weak_actor_ptr{ctrl()}, token](result<ports::venue_books> b) {
    if (auto self = caf::actor_cast<executor_actor>(weak))
      caf::anon_send(self, books_answered{token, std::make_shared<const result<ports::venue_books>>(std::move(b))});
  });
  delayed_send(this, caf::timespan{terms_.venue_timeout},
               books_answered{token, std::make_shared<const result<ports::venue_books>>(
                                         failure{errc::timed_out, "no answer in time"})});
}

void executor::hear_books(const books_answered& what) {
  const auto it = tokens_.find(what.token);
  if (it == tokens_.end()) return;
  const auto id = it->second;
  tokens_.erase(it);
  const auto* o = books_.find(id);
  if (!o || terminal(o->state)) return;
  if (!*what.what) return unanswered(*o);
  const auto& theirs = **what.what;
  const auto filled_before = o->filled;
  for (const auto& f : theirs.fills)
    if (f.order == id) take_fill(f);
  o = books_.find(id);
  if (!o || terminal(o->state)) return;
  const auto shown = std::find_if(theirs.open_orders.begin(), theirs.open_orders.end(),
                                  [&](const ports::order_report& r) { return r.id == id; });
  if (shown != theirs.open_orders.end()) {
    if (shown->filled > o->filled) return look_later(id);  // its list of fills is behind its list of orders
    note(id, order_events::looked_up{shown->state, shown->venue_order, shown->filled});
    return found(id);
  }
  if (o->filled > filled_before) return look_up(id);  // its fills are booked; now its state
  if (o->filled.positive()) return look_later(id);
  auto& s = lookups_[id];
  if (s.evidence.proved(around_.now(), positions_agree(theirs, o->content().pair), absence_terms{})) {
    note(id, order_events::absence_proved{"not found " + std::to_string(s.evidence.denials) +
                                          " times, no fill, not open, position agrees"});
    return;
  }
  look_later(id);
}

/// The venue has spoken of an order: when it is open there, its events and the reconciler tell the rest.
void executor::found(const order_id& id) {
  const auto* o = books_.find(id);
  if (!o || terminal(o->state)) return;
  if (o->state == order_state::unknown) return look_later(id);
  lookups_.erase(id);
}

bool executor::positions_agree(const ports::venue_books& theirs, const pair_name& pair) const {
  for (const auto leg : {position_side::both, position_side::long_side, position_side::short_side}) {
    quantity held;
    for (const auto& p : theirs.positions)
      if (p.pair == pair && p.leg_side == leg) held = p.held;
    if (books_.held(pair, leg).held != held) return false;
  }
  return true;
}

caf::result<execution_view> executor::end_unknown(const end_order& what) {
  const auto* o = books_.find(what.id);
  if (!o) return to_caf({errc::not_found, "no order " + what.id.text() + " in the books"});
  absence_case seen;
  if (const auto it = lookups_.find(what.id); it != lookups_.end()) seen = it->second.evidence;
  seen.sent_at = o->sent_at.value_or(o->created_at);
  const auto evidence = ending_by_operator(*o, seen, around_.now(), absence_terms{});
  if (!evidence) return to_caf(evidence.error());
  auto step =
      books_.note(what.id, order_events::absence_proved{"said by " + what.who + ": " + what.reason + "; " + *evidence},
                  around_.now());
  if (!step) return to_caf(step.error());
  step->notes.push_back(audit_note{.actor = what.who,
                                   .action = "operator.ended_order",
                                   .resource_type = "order",
                                   .resource_id = what.id.text(),
                                   .metadata = {{"reason", what.reason}, {"evidence", *evidence}},
                                   .created_at = around_.now()});
  lookups_.erase(what.id);
  auto promise = make_response_promise<execution_view>();
  save(std::move(*step), "order", [this, promise, id = what.id]() mutable {
    if (const auto* ended = books_.find(id)) promise.deliver(execution_view_of(*ended));
  });
  return promise;
}

caf::result<job_done> executor::do_lookup(const retry_job& job) {
  const auto id = job.payload.find("client_order_id");
  if (id == job.payload.end()) return to_caf({errc::malformed, "the job names no client_order_id"});
  const auto* o = books_.find(order_id{id->second});
  if (!o || terminal(o->state)) return job_done{job.id};
  look_up(o->id);
  return to_caf({errc::unavailable, "the venue has not spoken of " + id->second + " yet"});
}

}  // namespace rltrader
