// Durable intent, then the venue, then the outcome. What an order is and becomes is decided in domain/books and order_machine.
//
// Nothing leaves before its intent is durable (I2); the last look at the breaker is right before the venue (I9); no answer is
// UNKNOWN and looked up until the venue has spoken or absence is proved (I4); what is durable is told, nothing else.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/absence.hpp"
#include "domain/books.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <deque>
#include <map>

namespace rltrader {

namespace {

class executor : public executor_actor::base {
  using super = executor_actor::base;

 public:
  executor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
           retry_queue_actor queue, ports::venue& venue, std::shared_ptr<const level_gate> gate,
           std::shared_ptr<const ports::desk_image> image, executor_terms terms)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        queue_(std::move(queue)),
        venue_(venue),
        gate_(std::move(gate)),
        terms_(terms) {
    books_.restore(image->open_orders, image->fills_lately, image->positions, image->open_trades, image->ended_lately);
  }

  behavior_type make_behavior() override {
    die_loudly(this, "executor");
    send(queue_, subscribe_jobs{"order_lookup", caf::actor_cast<job_worker>(this)});
    venue_.on_event([weak = caf::weak_actor_ptr{ctrl()}](const ports::venue_event& e) {
      if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_spoke{e});
    });
    take_up_where_left();
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
        [this](const ask_books& what) {
          books_reply reply;
          for (const auto& [id, o] : books_.open_orders()) reply.open_orders.push_back(o);
          reply.known_fills = books_.fill_ids_since(what.since);
          reply.ended_orders = books_.ended_orders_since(what.since);
          for (const auto& [key, p] : books_.positions()) reply.positions.push_back(p);
          for (const auto& [id, t] : books_.open_trades()) reply.open_trades.push_back(t);
          return reply;
        },
        [this](const book_fill& what) { take_fill(what.what); },
        [this](const book_funding& what) { save(books_.note_funding(what.what, what.mark, around_.now()), "funding"); },
        [this](venue_answered& what) { hear(what); },
        [this](const venue_spoke& what) {
          if (const auto* f = std::get_if<fill>(&what.what)) take_fill(*f);
          if (const auto* r = std::get_if<ports::order_report>(&what.what)) take_report(*r);
        },
        [this](const books_answered& what) { hear_books(what); },
        [this](const look_again& what) {
          const auto it = lookups_.find(what.id);
          if (it != lookups_.end() && it->second.round == what.round) look_up(what.id);
        },
        [this](const save_again&) { write_out(); },
        [this](const subscribe_orders& what) { listeners_.push_back(what.who); },
        [this](const do_job& what) -> caf::result<job_done> {
          const auto id = what.job.payload.find("client_order_id");
          if (id == what.job.payload.end()) return to_caf({errc::malformed, "the job names no client_order_id"});
          const auto* o = books_.find(order_id{id->second});
          if (!o || terminal(o->state)) return job_done{what.job.id};
          look_up(o->id);
          return to_caf({errc::unavailable, "the venue has not spoken of " + id->second + " yet"});
        },
        [this](const ask_health&) {
          health_reply reply;
          int unknown = 0;
          for (const auto& [id, o] : books_.open_orders())
            if (o.state == order_state::unknown) ++unknown;
          if (unknown > 0)
            reply.problems.push_back(
                {"orders", std::to_string(unknown) + " without the venue's word; they are being looked up"});
          if (!trouble_.empty()) reply.problems.push_back({"ledger", trouble_});
          return reply;
        }};
  }

  void on_exit() override {
    venue_.on_event({});
    listeners_.clear();
    outbox_.clear();
    destroy(ledger_);
    destroy(alerts_);
    destroy(queue_);
  }

 private:
  /// Rows that wait for the ledger, and what follows when they are durable.
  struct pending_save {
    booked what;
    std::string cause;
    bool opens = false;  ///< a new intent: nothing has left, so it is given up when the ledger does not take it
    std::function<void()> then;
    bool told = false;   ///< what it says was told already
    bool tried = false;  ///< a write of it failed without the certainty that nothing was written
  };
  struct lookup_state {
    absence_case evidence;
    std::uint64_t round = 0;
    bool told_silent = false;
  };

  // ---- saving --------------------------------------------------------------------------------------------------------

  static ports::write_batch rows_of(const booked& b) {
    ports::write_batch rows;
    if (b.now) rows.emplace_back(*b.now);
    if (b.by_fill) rows.emplace_back(*b.by_fill);
    if (b.held) rows.emplace_back(*b.held);
    if (b.round_trip) rows.emplace_back(*b.round_trip);
    for (const auto& e : b.events) rows.emplace_back(e);
    for (const auto& n : b.notes) rows.emplace_back(n);
    return rows;
  }

  void save(booked what, std::string cause, std::function<void()> then = {}, bool opens = false) {
    if (!what.changed() && what.notes.empty()) return;
    outbox_.push_back({std::move(what), std::move(cause), opens, std::move(then)});
    if (!saving_) write_out();
  }

  /// One write at a time, with all that waits: order is kept, and the commits of many are one. After a conflict one by one, so
  /// that what was written already does not keep the rest from being written.
  void write_out() {
    if (saving_ || outbox_.empty()) return;
    saving_ = true;
    ports::write_batch rows;
    const auto count = one_by_one_ > 0 ? std::size_t{1} : outbox_.size();
    for (std::size_t i = 0; i < count; ++i) {
      auto more = rows_of(outbox_[i].what);
      rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
        .then([this, count](const written&) { saved(count); },
              [this, count](const caf::error& e) { not_saved(count, from_caf(e, "the ledger")); });
  }

  pending_save take_first() {
    auto p = std::move(outbox_.front());
    outbox_.pop_front();
    if (one_by_one_ > 0) --one_by_one_;
    return p;
  }

  void saved(std::size_t count) {
    saving_ = false;
    trouble_.clear();
    std::deque<pending_save> finished;
    for (std::size_t i = 0; i < count; ++i) finished.push_back(take_first());
    for (auto& p : finished) finish(p);
    write_out();
  }

  void finish(const pending_save& p) {
    if (!p.told) tell(p.what, p.cause);
    if (p.then) p.then();
  }

  /// A new intent is given up (nothing of it has left); all is kept and tried again: a fill is never lost here.
  void not_saved(std::size_t count, const failure& why) {
    saving_ = false;
    if (why.code == errc::conflict) return refused_by_ledger(count, why);
    trouble_ = why.what;
    std::vector<order_id> given_up;
    for (std::size_t i = 0; i < count; ++i) {
      auto& p = outbox_[i];
      p.tried = true;
      if (!p.opens) continue;
      p.opens = false;
      p.told = true;
      p.then = nullptr;
      given_up.push_back(p.what.now->id);
    }
    for (const auto& id : given_up) give_up(id, why);
    raise("ledger_down", severity::high, "", "saves_waiting", static_cast<double>(outbox_.size()), {{"why", why.what}});
    delayed_send(this, std::chrono::seconds{1}, save_again{});
  }

  /// The write may have happened all the same, so the intent and its end are both kept for the ledger. Told at once, though it is
  /// not durable: nothing has left, and risk counts the order from its approval on.
  void give_up(const order_id& id, const failure& why) {
    auto step = books_.note(id, order_events::refused_before_send{"intent_not_durable: " + why.what}, around_.now());
    if (!step || !step->now) return;
    raise("intent_not_durable", severity::high, step->now->content().pair.text(), "intents_dropped", 1,
          {{"client_order_id", id.text()}, {"why", why.what}});
    tell(*step, "order");
    outbox_.push_back({std::move(*step), "order", false, {}, true});
  }

  /// Some row was there already. Of many, which one is found by writing one by one; a single one whose earlier write failed was
  /// written then after all; any other contradicts the store.
  void refused_by_ledger(std::size_t count, const failure& why) {
    if (count > 1) {
      one_by_one_ = count;
      return write_out();
    }
    const auto p = take_first();
    if (p.tried) {
      finish(p);
    } else {
      log_event(log_level::error, "ledger.refused", "", "executor", "", why.what);
      raise("ledger_conflict", severity::high, "", "rows_refused", 1, {{"why", why.what}});
      if (p.opens) {
        auto o = *p.what.now;
        books_.forget(o.id);
        o.state = order_state::rejected;
        o.status_reason = why.what;
        broadcast({.now = std::move(o), .by_fill = {}, .held = {}, .round_trip = {}});
      }
    }
    write_out();
  }

  void tell(const booked& what, const std::string& cause) {
    if (what.now)
      broadcast({.now = *what.now, .by_fill = what.by_fill, .held = what.held, .round_trip = what.round_trip});
    else if (what.held)
      for (const auto& l : listeners_) send(l, position_changed{*what.held, what.by_fill, cause});
  }
  void broadcast(const order_changed& what) {
    if (around_.metrics) {
      const auto& name = what.now.content().pair.text();
      if (what.by_fill) around_.metrics->add(http::metric::fills, {name});
      if (terminal(what.now.state))
        around_.metrics->add(http::metric::orders_submitted, {name, text_of(what.now.state)});
      const auto unknown = std::count_if(books_.open_orders().begin(), books_.open_orders().end(),
                                         [](const auto& o) { return o.second.state == order_state::unknown; });
      around_.metrics->set(http::metric::orders_unknown, static_cast<double>(unknown));
    }
    for (const auto& l : listeners_) send(l, what);
  }
  void raise(std::string category, severity how, std::string pair, std::string metric, double value,
             std::map<std::string, std::string> metadata) {
    send(alerts_, alarm{std::move(category), how, std::move(pair), std::move(metric), value, 0, std::move(metadata)});
  }

  // ---- sending -------------------------------------------------------------------------------------------------------

  void execute(execute_order&& what) {
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
  void refuse_unbooked(const order_intent& intent, const std::string& trace, const std::string& why) {
    if (const auto* known = books_.find(order_id_of(intent.slot)))
      return broadcast({.now = *known, .by_fill = {}, .held = {}, .round_trip = {}});
    auto o = order_of(intent, around_.now(), trace);
    o.state = order_state::rejected;
    o.status_reason = why;
    broadcast({.now = std::move(o), .by_fill = {}, .held = {}, .round_trip = {}});
  }

  /// The intent is durable: the last gate, then the venue.
  void leave(const order_id& id, const approved_order& approved) {
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
    const auto token = ++last_token_;
    tokens_.emplace(token, id);
    if (around_.stopwatch) sent_at_[token] = around_.stopwatch();
    venue_.place(approved, [weak = caf::weak_actor_ptr{ctrl()}, token](ports::place_answer a) {
      if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_answered{token, std::move(a)});
    });
    // Silence is an answer too, in time: the order is UNKNOWN then. The real answer may still come and is heard.
    delayed_send(this, caf::timespan{terms_.venue_timeout},
                 venue_answered{token, ports::place_answer{ports::no_word{"no answer in time"}}});
  }

  /// Applies an event to an order and saves what it changed; false when it contradicts what is known.
  bool note(const order_id& id, const order_event& event) {
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

  void hear(venue_answered& what) {
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
  void note_roundtrip(std::uint64_t token, bool silence) {
    const auto it = sent_at_.find(token);
    if (it == sent_at_.end()) return;
    if (!silence && around_.metrics)
      around_.metrics->observe(http::metric::order_roundtrip, around_.stopwatch() - it->second);
    sent_at_.erase(it);
  }

  void hear_placing(const order& o, const ports::place_answer& answer) {
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

  // ---- looking up ----------------------------------------------------------------------------------------------------

  void take_up_where_left() {
    std::vector<order_id> open;
    for (const auto& [id, o] : books_.open_orders()) open.push_back(id);
    for (const auto& id : open) {
      const auto* o = books_.find(id);
      if (o->state == order_state::intent || o->state == order_state::sent)
        note(id, order_events::no_word{"the daemon restarted before an answer"});
      begin_lookups(id);
    }
  }

  void begin_lookups(const order_id& id) {
    const auto* o = books_.find(id);
    if (!o || lookups_.contains(id)) return;
    lookup_state s;
    s.evidence.sent_at = o->sent_at.value_or(o->created_at);
    lookups_.emplace(id, s);
    look_up(id);
  }

  void look_up(const order_id& id) {
    const auto* o = books_.find(id);
    if (!o || terminal(o->state)) return;
    auto& s = lookups_[id];
    if (s.evidence.sent_at == instant{}) s.evidence.sent_at = o->sent_at.value_or(o->created_at);
    const auto token = ++last_token_;
    tokens_.emplace(token, id);
    venue_.look_up(o->content().pair, id, [weak = caf::weak_actor_ptr{ctrl()}, token](ports::lookup_answer a) {
      if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_answered{token, std::move(a)});
    });
    delayed_send(this, caf::timespan{terms_.venue_timeout},
                 venue_answered{token, ports::lookup_answer{ports::no_word{"no answer in time"}}});
  }

  void look_later(const order_id& id) {
    auto& s = lookups_[id];
    ++s.round;
    const auto now = around_.now();
    const auto at = s.evidence.next_look(now, absence_terms{});
    delayed_send(this, around_.actor_wait(std::max(at - now, milliseconds{250})), look_again{id, s.round});
  }

  void hear_lookup(const order_id& id, const ports::lookup_answer& answer) {
    const auto* o = books_.find(id);
    if (!o || terminal(o->state)) {
      lookups_.erase(id);
      return;
    }
    auto& s = lookups_[id];
    if (const auto* report = std::get_if<ports::order_report>(&answer)) {
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
  void unanswered(const order& o) {
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

  void ask_venue_books(const order_id& id) {
    const auto* o = books_.find(id);
    const auto token = ++last_token_;
    tokens_.emplace(token, id);
    venue_.books(o->created_at - minutes{1}, [weak = caf::weak_actor_ptr{ctrl()}, token](result<ports::venue_books> b) {
      if (auto self = caf::actor_cast<executor_actor>(weak))
        caf::anon_send(self, books_answered{token, std::make_shared<const result<ports::venue_books>>(std::move(b))});
    });
    delayed_send(this, caf::timespan{terms_.venue_timeout},
                 books_answered{token, std::make_shared<const result<ports::venue_books>>(
                                           failure{errc::timed_out, "no answer in time"})});
  }

  void hear_books(const books_answered& what) {
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
  void found(const order_id& id) {
    const auto* o = books_.find(id);
    if (!o || terminal(o->state)) return;
    if (o->state == order_state::unknown) return look_later(id);
    lookups_.erase(id);
  }

  bool positions_agree(const ports::venue_books& theirs, const pair_name& pair) const {
    for (const auto leg : {position_side::both, position_side::long_side, position_side::short_side}) {
      quantity held;
      for (const auto& p : theirs.positions)
        if (p.pair == pair && p.leg_side == leg) held = p.held;
      if (books_.held(pair, leg).held != held) return false;
    }
    return true;
  }

  // ---- the venue's word ----------------------------------------------------------------------------------------------

  void take_fill(const fill& f) {
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
  void note_slippage(const fill& f, price reference) {
    const auto paid = (f.side == order_side::buy ? f.price - reference : reference - f.price);
    const double points = ratio_of(paid, reference).to_double() * 10'000;
    if (around_.metrics) around_.metrics->observe(http::metric::slippage, points);
    send(ledger_, metric_point{"slippage_bps", f.pair.text(), points, around_.now()});
    if (const auto how = slo_severity(points, terms_.slippage_slo_bps))
      raise("slo_slippage", *how, f.pair.text(), "slippage_bps", points, {{"fill", f.id.text()}});
  }

  void take_report(const ports::order_report& r) {
    const auto* o = books_.find(r.id);
    if (!o || terminal(o->state)) return;
    if (r.filled > o->filled) return ask_venue_books(r.id);
    note(r.id, order_events::looked_up{r.state, r.venue_order, r.filled});
  }

  // ---- cancelling ----------------------------------------------------------------------------------------------------

  caf::result<execution_view> cancel(const cancel_order& what) {
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

  void ask_cancel(const order_id& id) {
    const auto* o = books_.find(id);
    // An intent has not left: leave() refuses it. (After a restart there is none; it is UNKNOWN then.)
    if (!o || terminal(o->state) || o->state == order_state::intent) return;
    const auto token = ++last_token_;
    tokens_.emplace(token, id);
    venue_.cancel(o->content().pair, id, [weak = caf::weak_actor_ptr{ctrl()}, token](ports::cancel_answer a) {
      if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_answered{token, std::move(a)});
    });
    delayed_send(this, caf::timespan{terms_.venue_timeout},
                 venue_answered{token, ports::cancel_answer{ports::no_word{"no answer in time"}}});
  }

  void cancel_all_entries(const cancel_entries& what) {
    std::vector<order_id> ids;
    for (const auto& [id, o] : books_.open_orders())
      if (o.intent.slot.leg == order_leg::entry && (what.pair.empty() || o.content().pair.text() == what.pair))
        ids.push_back(id);
    for (const auto& id : ids) {
      note(id, order_events::cancel_wanted{what.reason});
      ask_cancel(id);
    }
  }

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  retry_queue_actor queue_;
  ports::venue& venue_;
  std::shared_ptr<const level_gate> gate_;
  executor_terms terms_;
  order_books books_;
  std::vector<order_listener> listeners_;
  std::deque<pending_save> outbox_;
  bool saving_ = false;
  std::size_t one_by_one_ = 0;  ///< how many of the first are written one at a time, after a conflict
  std::map<std::uint64_t, order_id> tokens_;
  std::uint64_t last_token_ = 0;
  std::map<std::uint64_t, double> sent_at_;  ///< by token, in seconds of the stopwatch
  std::map<order_id, lookup_state> lookups_;
  std::string trouble_;
};

}  // namespace

executor_actor spawn_executor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                              alert_sink_actor alerts, retry_queue_actor queue, ports::venue& venue,
                              std::shared_ptr<const level_gate> gate, std::shared_ptr<const ports::desk_image> image,
                              executor_terms terms) {
  return system.spawn<executor>(around, std::move(ledger), std::move(alerts), std::move(queue), venue, std::move(gate),
                                std::move(image), terms);
}

}  // namespace rltrader
