// Reviews intents and holds the breaker and the quarantines. The rules are domain/risk and domain/breaker; here they are fed,
// made durable and told. Opening takes effect at once, before it is durable; closing only after (I9).
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/breaker.hpp"
#include "domain/order_machine.hpp"
#include "domain/side_table.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>

namespace rltrader {

namespace {

constexpr auto waiting_for_books =
    "starting";  ///< cause of the quarantine that the first agreement with the venue lifts

class risk : public risk_actor::base {
  using super = risk_actor::base;

 public:
  risk(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
       executor_actor executor, std::shared_ptr<level_gate> gate, const std::shared_ptr<const ports::desk_image>& image,
       risk_terms terms)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        executor_(std::move(executor)),
        gate_(std::move(gate)),
        terms_(std::move(terms)) {
    restore(*image);
  }

  behavior_type make_behavior() override {
    die_loudly(this, "risk");
    send(executor_, subscribe_orders{caf::actor_cast<order_listener>(this)});
    publish_gate();
    delayed_send(this, around_.actor_wait(terms_.check_every), check_breaker{true});
    return {[this](review_intent& what) { return judge(std::move(what)); },
            [this](const close_trade& what) -> caf::result<trade_and_execution> { return close(what); },
            [this](const order_changed& what) { take_order(what); },
            [this](const position_changed& what) { take_position(what); },
            [this](const tick& what) {
              note_tick(book_, what);
              check_soon();
            },
            [this](const check_breaker& what) { check(what.full); },
            [this](const balance_known& what) { take_balance(what); },
            [this](const quarantine_pair& what) { set_quarantine(what.pair, what.cause, what.reason); },
            [this](const pairs_agree& what) { agree(what.pairs); },
            [this](const set_breaker& what) -> caf::result<breaker_answer> { return obey(what); },
            [this](const change_policy& what) -> caf::result<risk_policy> { return put(what); },
            [this](const change_configuration& what) -> caf::result<agent_configuration> { return put(what); },
            [this](const change_limit_set& what) -> caf::result<risk_limit_set> { return put(what); },
            [this](const ask_configuration&) {
              configuration_reply reply;
              reply.configuration = book_.configuration;
              for (const auto& [id, set] : limit_sets_) reply.limit_sets.push_back(set);
              return reply;
            },
            [this](const ask_risk&) { return view(); },
            [this](const subscribe_breaker& what) {
              listeners_.push_back(what.who);
              for (const auto& [scope, row] : book_.breakers)
                if (row.level != breaker_level::active) send(what.who, breaker_moved{row, row});
            },
            [this](const ask_health&) { return health(); }};
  }

  void on_exit() override {
    listeners_.clear();
    destroy(ledger_);
    destroy(alerts_);
    destroy(executor_);
  }

 private:
  // ---- the beginning -------------------------------------------------------------------------------------------------

  void restore(const ports::desk_image& image) {
    for (const auto& i : terms_.instruments) book_.pairs[i.pair].instrument = i;
    for (const auto& p : image.positions)
      if (auto it = book_.pairs.find(p.pair); it != book_.pairs.end()) it->second.positions[p.leg_side] = p;
    for (const auto& o : image.open_orders) note_order(book_, o);
    for (const auto& b : image.breakers) book_.breakers[b.scope] = b;
    book_.wallet = terms_.starting_wallet;
    for (const auto& p : image.positions) {
      book_.wallet += p.realised - p.fees + p.funding_received;
      book_.realised += p.realised - p.fees + p.funding_received;
    }
    book_.policy = image.policies.empty() ? terms_.first_policy : image.policies.back();
    if (!image.configurations.empty()) book_.configuration = image.configurations.front();
    book_.configuration.mode = terms_.mode;
    for (const auto& s : image.limit_sets) limit_sets_[s.id] = s;
    ports::write_batch first;
    if (image.policies.empty()) first.emplace_back(book_.policy);
    if (image.configurations.empty()) first.emplace_back(book_.configuration);
    if (limit_sets_.empty()) {
      risk_limit_set baseline{.id = "baseline",
                              .name = "baseline",
                              .max_position_size = book_.policy.max_instrument_exposure,
                              .leverage_cap = book_.policy.max_leverage,
                              .max_daily_loss = book_.policy.max_daily_loss,
                              .max_drawdown = book_.policy.max_drawdown,
                              .max_open_positions = book_.policy.max_open_positions,
                              .active = true,
                              .created_at = around_.now(),
                              .updated_at = around_.now()};
      limit_sets_["baseline"] = baseline;
      first.emplace_back(baseline);
    }
    for (const auto& q : image.quarantines) quarantines_[q.pair] = q;
    if (terms_.reconciled_at_start)
      for (const auto& [name, pair] : book_.pairs)
        if (!quarantines_.contains(name))
          quarantines_[name] = {.pair = name,
                                .active = true,
                                .cause = waiting_for_books,
                                .reason = "its books have not been compared with the venue's yet",
                                .agreeing_checks = 0,
                                .since = around_.now(),
                                .updated_at = around_.now()};
    mark_quarantines();
    if (!first.empty()) keep(std::move(first), "first rows");
  }

  void mark_quarantines() {
    for (auto& [name, pair] : book_.pairs) {
      const auto it = quarantines_.find(name);
      pair.quarantined = it != quarantines_.end() && it->second.active;
    }
  }

  void publish_gate() {
    const auto account = book_.breakers.find("account");
    gate_->set_account(account == book_.breakers.end() ? breaker_level::active : account->second.level);
    for (const auto& [name, pair] : book_.pairs) gate_->set_pair(name, level_for(book_, name));
  }

  void keep(ports::write_batch rows, std::string what) {
    request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
        .then([](const written&) {},
              [this, what](const caf::error& e) {
                const auto why = from_caf(e, "the ledger").what;
                log_event(log_level::error, "risk.not_kept", "", "risk", "", what + ": " + why);
                send(alerts_, alarm{"risk_state_not_kept",
                                    severity::high,
                                    "",
                                    "writes_failed",
                                    1,
                                    0,
                                    {{"what", what}, {"why", why}}});
              });
  }

  // ---- reviews -------------------------------------------------------------------------------------------------------

  review_outcome judge(review_intent what) {
    const auto id = order_id_of(what.intent.slot);
    if (const auto set = limit_sets_.find(what.risk_limit_set_id); set != limit_sets_.end() && set->second.active)
      book_.pairs[what.intent.content.pair].limits = set->second;
    auto said = review(book_, what.intent, around_.now(), terms_.review, what.by_operator);
    if (auto* no = std::get_if<refusal>(&said)) {
      audit_note note{.actor = "risk",
                      .action = "intent.refused",
                      .resource_type = "order",
                      .resource_id = id.text(),
                      .metadata = {{"rule", no->rule},
                                   {"why", no->why},
                                   {"pair", what.intent.content.pair.text()},
                                   {"decision_id", what.intent.decision.text()}},
                      .created_at = around_.now()};
      keep({std::move(note)}, "a refusal");
      log_event(log_level::info, "intent.refused", what.intent.content.pair.text(), "risk", what.trace_id,
                no->rule + ": " + no->why);
      return {.approved = false, .id = id, .refused = *no};
    }
    // Counted from now on, before anything else is reviewed (I10); the executor tells if it never came to be.
    note_order(book_, order_of(what.intent, around_.now(), what.trace_id));
    send(executor_, execute_order{std::move(std::get<approved_order>(said)), what.trace_id});
    return {.approved = true, .id = id, .refused = {}};
  }

  /// An operator's close: what is held of the trade, at most what is asked, reduce-only.
  caf::result<trade_and_execution> close(const close_trade& what) {
    auto promise = make_response_promise<trade_and_execution>();
    request(executor_, around_.request_timeout, ask_books{around_.now()})
        .then([this, promise, what](const books_reply& books) mutable { close_with(books, what, promise); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void close_with(const books_reply& books, const close_trade& what,
                  caf::typed_response_promise<trade_and_execution>& promise) {
    const auto it = std::find_if(books.open_trades.begin(), books.open_trades.end(),
                                 [&](const trade& t) { return t.id == what.trade; });
    if (it == books.open_trades.end() || it->position_size.is_zero()) {
      promise.deliver(to_caf({errc::conflict, "trade " + what.trade.text() + " holds nothing that could be closed"}));
      return;
    }
    const auto leg = leg_of(it->side, book_.mode);
    quantity held;
    for (const auto& p : books.positions)
      if (p.pair == it->instrument && p.leg_side == leg) held = p.held.abs();
    auto amount = what.quantity ? std::min(*what.quantity, held) : held;
    const auto& instrument = book_.pairs[it->instrument].instrument;
    if (amount != held) amount = quantize(amount, instrument.step);
    order_intent intent;
    intent.slot = {terms_.installation, terms_.account, it->mode, it->instrument, around_.now(), order_leg::exit, 0};
    if (!what.client_key.empty()) {  // the caller's key names the slot, so the same call again is the same order
      intent.slot.account += "|" + what.client_key;
      intent.slot.bar_open = instant{};
    }
    const auto sides = closing_sides(it->side, book_.mode);
    intent.content = {.pair = it->instrument,
                      .side = sides.side,
                      .leg_side = sides.leg_side,
                      .type = order_type::market,
                      .quantity = amount,
                      .limit = {},
                      .trigger = {},
                      .reduce_only = sides.reduce_only};
    intent.trade = it->id;
    intent.run = it->run;
    if (const auto& mark = book_.pairs[it->instrument].mark) intent.reference = mark->last;
    intent.created_at = around_.now();
    intent.reason = what.reason.empty() ? "closed by " + what.who : what.reason;
    const auto trace = "operator:" + what.who;
    const auto outcome = judge({intent, trace, true, {}});
    if (!outcome.approved) {
      const bool by_state = outcome.refused.rule == "unresolved_order" || outcome.refused.rule == "nothing_to_reduce";
      promise.deliver(
          to_caf({by_state ? errc::conflict : errc::refused, outcome.refused.rule + ": " + outcome.refused.why}));
      return;
    }
    promise.deliver(trade_and_execution{*it, execution_view_of(order_of(intent, around_.now(), trace))});
  }

  // ---- what happens --------------------------------------------------------------------------------------------------

  void take_order(const order_changed& what) {
    if (what.by_fill) note_fill(book_, *what.by_fill);
    note_order(book_, what.now);
    if (what.silent)
      set_quarantine(what.now.content().pair, "order_unknown",
                     "order " + what.now.id.text() + " has no word of the venue after three look-ups");
    if (what.by_fill) check_soon();
  }

  void take_position(const position_changed& what) {
    if (what.by_fill) {
      note_fill(book_, *what.by_fill);
      if (what.cause == "liquidation" || what.cause == "adl")
        apply_step(step_breaker(book_, breaker_events::foreign_close{what.held.pair, what.cause}, around_.now()),
                   "risk");
    } else if (auto it = book_.pairs.find(what.held.pair); it != book_.pairs.end()) {
      auto& mine = it->second.positions[what.held.leg_side];
      const auto paid = what.held.funding_received - mine.funding_received;
      book_.wallet += paid;
      book_.realised += paid;
      mine = what.held;
    }
    check_soon();
  }

  void take_balance(const balance_known& what) {
    const bool quiet =
        std::all_of(book_.pairs.begin(), book_.pairs.end(), [](const auto& p) { return p.second.open_orders.empty(); });
    if (quiet && !equity_agrees(book_.wallet, what.wallet)) {
      if (++wallet_disagreements_ >= 2) {
        const auto words = "the venue's wallet is " + what.wallet.text() + " USDT, ours " + book_.wallet.text();
        for (const auto& [name, pair] : book_.pairs) set_quarantine(name, "equity_mismatch", words);
        wallet_disagreements_ = 0;
      }
      return;
    }
    if (quiet) {
      wallet_disagreements_ = 0;
      note_balance(book_, what.wallet);
    }
  }

  void set_quarantine(const pair_name& pair, const std::string& cause, const std::string& reason) {
    auto& q = quarantines_[pair];
    const bool fresh = !q.active || q.cause != cause;
    if (fresh) q.since = around_.now();
    q = {.pair = pair,
         .active = true,
         .cause = cause,
         .reason = reason,
         .agreeing_checks = 0,
         .since = q.since,
         .updated_at = around_.now()};
    mark_quarantines();
    if (!fresh) return;
    audit_note note{.actor = "risk",
                    .action = "pair.quarantined",
                    .resource_type = "pair",
                    .resource_id = pair.text(),
                    .metadata = {{"cause", cause}, {"reason", reason}},
                    .created_at = around_.now()};
    keep({q, std::move(note)}, "a quarantine");
    send(alerts_, alarm{"pair_quarantined", severity::high, pair.text(), cause, 1, 0, {{"reason", reason}}});
  }

  void agree(const std::vector<pair_name>& pairs) {
    for (const auto& pair : pairs) {
      const auto it = quarantines_.find(pair);
      if (it == quarantines_.end() || !it->second.active) continue;
      auto& q = it->second;
      ++q.agreeing_checks;
      const bool first_look = q.cause == waiting_for_books;
      if (!first_look && q.agreeing_checks < 2) continue;
      q.active = false;
      q.updated_at = around_.now();
      mark_quarantines();
      if (first_look) {
        quarantines_.erase(it);
        continue;  // it was never written: every start has it
      }
      audit_note note{.actor = "risk",
                      .action = "pair.released",
                      .resource_type = "pair",
                      .resource_id = pair.text(),
                      .metadata = {{"cause", q.cause}},
                      .created_at = around_.now()};
      keep({q, std::move(note)}, "a release");
      quarantines_.erase(it);
    }
  }

  // ---- the breaker ---------------------------------------------------------------------------------------------------

  void check_soon() {
    if (check_waits_) return;
    check_waits_ = true;
    send(this, check_breaker{});
  }

  void check(bool full) {
    if (full)
      delayed_send(this, around_.actor_wait(terms_.check_every), check_breaker{true});
    else
      check_waits_ = false;
    const auto now = around_.now();
    const auto account = book_.breakers.find("account");
    if (account != book_.breakers.end() && account->second.day && *account->second.day != day_of(now))
      apply_step(step_breaker(book_, breaker_events::day_rolled{}, now), "risk");
    breaker_events::measured m;
    m.what = measure(book_, now, terms_.review.mark_fresh_for);
    m.check = full;
    for (const auto& [name, pair] : book_.pairs) {
      const bool holds = std::any_of(pair.positions.begin(), pair.positions.end(),
                                     [](const auto& p) { return !p.second.held.is_zero(); });
      if (holds && (!pair.mark || now - pair.mark->at > terms_.review.mark_fresh_for))
        m.stale_pairs.push_back(name.text());
    }
    show(m.what);
    apply_step(step_breaker(book_, m, now), "risk");
  }

  void show(const risk_measures& m) {
    if (!around_.metrics) return;
    auto& page = *around_.metrics;
    page.set(http::metric::equity, m.equity.to_double());
    page.set(http::metric::daily_loss, m.daily_loss.to_double());
    for (const auto& [name, pair] : book_.pairs) {
      const auto it = m.exposure_by_instrument.find(name.text());
      page.set(http::metric::exposure, {name.text(), "worst"},
               it == m.exposure_by_instrument.end() ? 0.0 : it->second.to_double());
      page.set(http::metric::pair_quarantined, {name.text()}, pair.quarantined ? 1.0 : 0.0);
    }
    page.set(http::metric::breaker_state, {"account"}, static_cast<double>(account_level()));
  }

  /// Makes a step's changes durable and tells them. Returns the rows' write as `then`, for those who answer afterwards.
  /// Opening stands at once, closing only when it is durable: what was lowered in vain is raised again, with the configuration
  /// that it `was` before (I9).
  void apply_step(const breaker_step& moved, const std::string& who, std::function<void(bool durable)> then = {},
                  std::optional<agent_configuration> was = {}) {
    if (moved.changes.empty()) {
      if (then) then(true);
      return;
    }
    ports::write_batch rows;
    for (const auto& c : moved.changes) {
      rows.emplace_back(c.after);
      // A new peak or the first row of a scope is no transition; a halt said again is one: somebody's word is kept.
      const bool moved_or_said =
          c.before.level != c.after.level || (c.urgent && c.after.level != breaker_level::active);
      if (moved_or_said) {
        rows.emplace_back(audit_note{.actor = who,
                                     .action = "breaker." + std::string(text_of(c.after.level)),
                                     .resource_type = "breaker",
                                     .resource_id = c.after.scope,
                                     .metadata = {{"cause", c.after.cause},
                                                  {"reason", c.after.reason},
                                                  {"before", std::string(text_of(c.before.level))}},
                                     .created_at = around_.now()});
      }
      if (c.after.level > c.before.level) open_now(c);
    }
    if (moved.configuration_changed) rows.emplace_back(book_.configuration);
    if (halted_by_operator()) remember_halt();
    request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
        .then(
            [this, changes = moved.changes, then](const written&) {
              publish_gate();
              remember_halt();
              for (const auto& c : changes) tell(c);
              if (then) then(true);
            },
            [this, changes = moved.changes, then, was = std::move(was)](const caf::error& e) {
              log_event(log_level::error, "breaker.not_kept", "", "risk", "", from_caf(e, "the ledger").what);
              for (const auto& c : changes)
                if (c.after.level < c.before.level)
                  take_back(c, was);
                else
                  tell(c);
              if (then) then(false);
            });
  }

  void take_back(const breaker_change& c, const std::optional<agent_configuration>& was) {
    auto& row = book_.breakers[c.after.scope];
    if (!(row == c.after)) return;  // it has moved on meanwhile
    row = c.before;
    if (!was || c.after.scope != "account") return;
    book_.configuration.kill_switch = was->kill_switch;
    book_.configuration.kill_switch_reason = was->kill_switch_reason;
  }

  /// Opening takes effect before it is durable: the wall first, then what rests is cancelled.
  void open_now(const breaker_change& c) {
    if (c.after.scope == "account")
      gate_->set_account(c.after.level);
    else
      gate_->set_pair(pair_name{c.after.scope}, c.after.level);
    if (c.cancel_resting_entries)
      send(executor_,
           cancel_entries{c.after.scope == "account" ? "" : c.after.scope, "the breaker opened: " + c.after.cause});
    send(alerts_, alarm{"breaker_" + std::string(text_of(c.after.level)),
                        c.after.level == breaker_level::halted ? severity::high : severity::medium,
                        c.after.scope == "account" ? "" : c.after.scope,
                        c.after.cause,
                        1,
                        0,
                        {{"reason", c.after.reason}}});
  }

  void tell(const breaker_change& c) {
    if (c.before.level == c.after.level && c.before.by_operator == c.after.by_operator) return;
    for (const auto& l : listeners_) send(l, breaker_moved{c.before, c.after});
  }

  /// A halt outlives a store that is down: its reason stands in a file that the next start reads.
  void remember_halt() {
    if (!terms_.write_halt_file) return;
    terms_.write_halt_file(halted_by_operator() ? book_.breakers.at("account").reason : "");
  }
  bool halted_by_operator() const {
    const auto it = book_.breakers.find("account");
    return it != book_.breakers.end() && it->second.level == breaker_level::halted && it->second.by_operator;
  }

  caf::result<breaker_answer> obey(const set_breaker& what) {
    std::vector<std::string> scopes;
    for (const auto& p : what.pairs) {
      if (!book_.pairs.contains(pair_name{p})) return to_caf({errc::not_found, "no pair " + p});
      scopes.push_back(p);
    }
    if (scopes.empty()) scopes.emplace_back("account");
    breaker_step all;
    auto before = book_;
    for (const auto& scope : scopes) {
      auto one =
          step_breaker(book_, breaker_events::operator_said{what.level, scope, what.reason, what.who}, around_.now());
      if (one.refused) {
        book_ = std::move(before);  // all scopes or none
        return to_caf(*one.refused);
      }
      all.changes.insert(all.changes.end(), one.changes.begin(), one.changes.end());
    }
    auto promise = make_response_promise<breaker_answer>();
    const bool closes = std::any_of(all.changes.begin(), all.changes.end(),
                                    [](const breaker_change& c) { return c.after.level < c.before.level; });
    const auto answer_when_kept = [this, promise, scopes, closes](bool durable) mutable {
      if (closes && !durable) {
        promise.deliver(to_caf({errc::store_failed, "the store did not take it, so the breaker stays as it was"}));
        return;
      }
      breaker_answer answer;
      answer.durable = durable;
      answer.state = state_of("account");
      for (const auto& s : scopes)
        if (s != "account") answer.pairs.push_back(state_of(s));
      for (const auto& [name, pair] : book_.pairs)
        for (const auto& [id, o] : pair.open_orders)
          if (o.state == order_state::intent || o.state == order_state::sent || o.state == order_state::unknown)
            answer.sends_in_flight.push_back(id.text());
      promise.deliver(std::move(answer));
    };
    apply_step(all, what.who, answer_when_kept, before.configuration);
    return promise;
  }

  breaker_state_view state_of(const std::string& scope) const {
    const auto it = book_.breakers.find(scope);
    if (it != book_.breakers.end()) return breaker_view_of(it->second);
    breaker_row row;
    row.scope = scope;
    return breaker_view_of(row);
  }

  risk_view view() const {
    risk_view v;
    v.policy = book_.policy;
    v.state = state_of("account");
    v.snapshot = measure(book_, around_.now(), terms_.review.mark_fresh_for);
    for (const auto& [scope, row] : book_.breakers)
      if (scope != "account" && row.level != breaker_level::active) v.pairs.push_back(breaker_view_of(row));
    for (const auto& [name, q] : quarantines_)
      if (q.active) v.quarantined.push_back(q);
    return v;
  }

  health_reply health() const {
    health_reply reply;
    const auto it = book_.breakers.find("account");
    if (it != book_.breakers.end() && it->second.level != breaker_level::active)
      reply.problems.push_back({"breaker", std::string(text_of(it->second.level)) + ": " + it->second.reason});
    for (const auto& [name, q] : quarantines_)
      if (q.active)
        reply.problems.push_back(
            {q.cause == waiting_for_books ? "reconciled" : "quarantine", name.text() + ": " + q.reason});
    return reply;
  }

  // ---- limits and configuration --------------------------------------------------------------------------------------

  template <class Row>
  caf::result<Row> put_row(Row row, const std::string& who, const std::string& action, const std::string& type,
                           ports::write_batch more, std::function<void()> apply) {
    audit_note note{.actor = who,
                    .action = action,
                    .resource_type = type,
                    .resource_id = row.id,
                    .metadata = {},
                    .created_at = around_.now()};
    more.emplace_back(row);
    more.emplace_back(std::move(note));
    auto promise = make_response_promise<Row>();
    request(ledger_, around_.request_timeout, write_rows{std::move(more)})
        .then(
            [promise, row = std::move(row), apply = std::move(apply)](const written&) mutable {
              apply();
              promise.deliver(std::move(row));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  caf::result<risk_policy> put(const change_policy& what) {
    auto next = book_.policy;
    const auto& w = what.wanted;
    if (w.name) next.name = *w.name;
    if (w.max_total_exposure) next.max_total_exposure = *w.max_total_exposure;
    if (w.max_instrument_exposure) next.max_instrument_exposure = *w.max_instrument_exposure;
    if (w.max_open_positions) next.max_open_positions = *w.max_open_positions;
    if (w.max_daily_loss) next.max_daily_loss = *w.max_daily_loss;
    if (w.circuit_breaker_loss) next.circuit_breaker_loss = *w.circuit_breaker_loss;
    if (w.cooldown_minutes) next.cooldown_minutes = *w.cooldown_minutes;
    if (w.max_leverage) next.max_leverage = *w.max_leverage;
    if (w.max_drawdown) next.max_drawdown = *w.max_drawdown;
    if (next.circuit_breaker_loss < next.max_daily_loss)
      return to_caf({errc::out_of_bounds, "circuit_breaker_loss must be at least max_daily_loss (" +
                                              next.max_daily_loss.text() + "), was " +
                                              next.circuit_breaker_loss.text()});
    if (loosens(next) && account_level() != breaker_level::active)
      return to_caf({errc::conflict, "limits are loosened only while the breaker is active; it is " +
                                         std::string(text_of(account_level()))});
    next.id = "policy-" + std::to_string(ms_of(around_.now()));
    next.effective_from = around_.now();
    auto old = book_.policy;
    old.active = false;
    return put_row(next, what.who, "risk_policy.changed", "risk_policy", {old}, [this, next] {
      book_.policy = next;
      check_soon();
    });
  }

  breaker_level account_level() const {
    const auto it = book_.breakers.find("account");
    return it == book_.breakers.end() ? breaker_level::active : it->second.level;
  }
  bool loosens(const risk_policy& n) const {
    const auto& o = book_.policy;
    return n.max_total_exposure > o.max_total_exposure || n.max_instrument_exposure > o.max_instrument_exposure ||
           n.max_open_positions > o.max_open_positions || n.max_daily_loss > o.max_daily_loss ||
           n.circuit_breaker_loss > o.circuit_breaker_loss || n.max_leverage > o.max_leverage ||
           n.max_drawdown > o.max_drawdown;
  }

  caf::result<agent_configuration> put(const change_configuration& what) {
    if (what.wanted.mode == trading_mode::live && terms_.mode != trading_mode::live)
      return to_caf({errc::refused, "this daemon trades on paper; mode live is not offered by it"});
    auto next = what.wanted;
    next.updated_at = around_.now();
    const bool halts = next.kill_switch && !book_.configuration.kill_switch;
    const bool resumes = !next.kill_switch && book_.configuration.kill_switch;
    const auto was = book_.configuration;
    if (halts || resumes) {
      auto moved =
          step_breaker(book_,
                       breaker_events::operator_said{
                           halts ? breaker_level::halted : breaker_level::active, "account",
                           next.kill_switch_reason.empty() ? "kill switch" : next.kill_switch_reason, what.who},
                       around_.now());
      if (moved.refused) return to_caf(*moved.refused);
      apply_step(moved, what.who, {}, was);
    }
    return put_row(next, what.who, "agent_configuration.changed", "agent_configuration", {},
                   [this, next] { book_.configuration = next; });
  }

  caf::result<risk_limit_set> put(const change_limit_set& what) {
    auto next = what.wanted;
    next.updated_at = around_.now();
    if (what.create) {
      next.created_at = around_.now();
      if (next.id.empty()) next.id = "limits-" + std::to_string(ms_of(around_.now()));
      if (limit_sets_.contains(next.id)) return to_caf({errc::conflict, "a risk limit set " + next.id + " exists"});
    } else if (!limit_sets_.contains(next.id)) {
      return to_caf({errc::not_found, "no risk limit set " + next.id});
    }
    return put_row(next, what.who, what.create ? "risk_limits.created" : "risk_limits.changed", "risk_limit_set", {},
                   [this, next] { limit_sets_[next.id] = next; });
  }

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  executor_actor executor_;
  std::shared_ptr<level_gate> gate_;
  risk_terms terms_;
  risk_book book_;
  std::map<std::string, risk_limit_set> limit_sets_;
  std::map<pair_name, quarantine> quarantines_;
  std::vector<breaker_listener> listeners_;
  bool check_waits_ = false;
  int wallet_disagreements_ = 0;
};

}  // namespace

risk_actor spawn_risk(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, executor_actor executor, std::shared_ptr<level_gate> gate,
                      std::shared_ptr<const ports::desk_image> image, risk_terms terms) {
  return system.spawn<risk>(around, std::move(ledger), std::move(alerts), std::move(executor), std::move(gate),
                            std::move(image), std::move(terms));
}

}  // namespace rltrader
