// Reviews intents, follows what happens, holds the quarantines. The rules are domain/risk and domain/quarantine; here they are fed,
// made durable and told.
#include "actors/risk.hpp"

#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/breaker_causes.hpp"
#include "domain/closing.hpp"
#include "domain/limits.hpp"
#include "domain/order_machine.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <algorithm>

namespace rltrader {

risk::risk(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
           executor_actor executor, std::shared_ptr<level_gate> gate,
           const std::shared_ptr<const ports::desk_image>& image, risk_terms terms)
    : super(cfg),
      around_(around),
      ledger_(std::move(ledger)),
      alerts_(std::move(alerts)),
      executor_(std::move(executor)),
      gate_(std::move(gate)),
      terms_(std::move(terms)),
      rows_(this, "risk", ledger_, around_.request_timeout, [this](const failure& why) {
        send(alerts_, alarm{"risk_state_not_kept", severity::high, "", "writes_failed", 1, 0, {{"why", why.what}}});
      }) {
  restore(*image);
}

risk::behavior_type risk::make_behavior() {
  die_loudly(this, "risk");
  send(executor_, subscribe_orders{caf::actor_cast<order_listener>(this)});
  publish_gate();
  delayed_send(this, around_.actor_wait(terms_.check_every), check_breaker{true});
  return {[this](const review_intent& what) { return judge(what); },
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
          [this](const books_compared& what) { take_comparison(what); },
          [this](const set_breaker& what) -> caf::result<breaker_answer> { return obey(what); },
          [this](const rebase_peak& what) -> caf::result<rebase_answer> { return rebase(what); },
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
          [this](const save_again&) { rows_.again(); },
          [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "risk"); },
          [this](const ask_health&) { return health(); }};
}

void risk::on_exit() {
  listeners_.clear();
  rows_.clear();
  destroy(ledger_);
  destroy(alerts_);
  destroy(executor_);
}

// ---- the beginning ---------------------------------------------------------------------------------------------------

void risk::restore(const ports::desk_image& image) {
  const auto now = around_.now();
  for (const auto& i : terms_.instruments) book_.pairs[i.pair].instrument = i;
  book_.wallet = terms_.starting_wallet;
  for (const auto& p : image.positions) {
    if (auto it = book_.pairs.find(p.pair); it != book_.pairs.end()) it->second.positions[p.leg_side] = p;
    const auto gained = p.realised - p.fees + p.funding_received;
    book_.wallet += gained;
    book_.realised += gained;
  }
  for (const auto& o : image.open_orders) note_order(book_, o);
  for (const auto& b : image.breakers) {
    book_.breakers[b.scope] = b;
    if (has_cause(b, "foreign_order")) foreign_pairs_.push_back(b.scope);  // until a comparison says otherwise
  }
  book_.policy = image.policies.empty() ? terms_.first_policy : image.policies.back();
  if (!image.configurations.empty()) book_.configuration = image.configurations.front();
  book_.configuration.mode = terms_.mode;
  for (const auto& s : image.limit_sets) limit_sets_[s.id] = s;
  ports::write_batch first;
  if (image.policies.empty()) first.emplace_back(book_.policy);
  if (image.configurations.empty()) first.emplace_back(book_.configuration);
  if (limit_sets_.empty()) {
    const auto baseline = baseline_limits(book_.policy, now);
    limit_sets_[baseline.id] = baseline;
    first.emplace_back(baseline);
  }
  quarantines_.restore(image.quarantines);
  if (terms_.reconciled_at_start) {
    std::vector<pair_name> all;
    for (const auto& [name, pair] : book_.pairs) all.push_back(name);
    quarantines_.await_books(all, now);
  }
  mark_quarantines();
  if (!first.empty()) rows_.add(std::move(first));
}

// ---- reviews -------------------------------------------------------------------------------------------------------

review_outcome risk::judge(const review_intent& what) {
  const auto id = order_id_of(what.intent.slot);
  if (const auto pair = book_.pairs.find(what.intent.content.pair); pair != book_.pairs.end())
    pair->second.limits = limit_set_of(limit_sets_, what.risk_limit_set_id);
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
    rows_.add({std::move(note)});
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
caf::result<trade_and_execution> risk::close(const close_trade& what) {
  auto promise = make_response_promise<trade_and_execution>();
  request(executor_, around_.request_timeout, ask_books{around_.now()})
      .then([this, promise, what](const books_reply& books) mutable { close_with(books, what, promise); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

void risk::close_with(const books_reply& books, const close_trade& what,
                      caf::typed_response_promise<trade_and_execution>& promise) {
  const auto it = std::find_if(books.open_trades.begin(), books.open_trades.end(),
                               [&](const trade& t) { return t.id == what.trade; });
  if (it == books.open_trades.end() || it->position_size.is_zero()) {
    promise.deliver(to_caf({errc::conflict, "trade " + what.trade.text() + " holds nothing that could be closed"}));
    return;
  }
  const auto& pair = book_.pairs[it->instrument];
  const auto last = pair.mark ? std::optional(pair.mark->last) : std::nullopt;
  const auto intent = closing_intent(*it, books.positions, pair.instrument, last,
                                     {what.quantity, what.reason, what.who, what.client_key},
                                     {terms_.installation, terms_.account, book_.mode}, around_.now());
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

void risk::take_order(const order_changed& what) {
  if (what.by_fill) note_fill(book_, *what.by_fill);
  note_order(book_, what.now);
  if (what.silent)
    set_quarantine(what.now.content().pair, "order_unknown",
                   "order " + what.now.id.text() + " has no word of the venue after three look-ups");
  if (what.by_fill) check_soon();
}

void risk::take_position(const position_changed& what) {
  if (what.by_fill) {
    note_fill(book_, *what.by_fill);
    if (what.cause == "liquidation" || what.cause == "adl")
      apply_step(step_breaker(book_, breaker_events::foreign_close{what.held.pair, what.cause}, around_.now()), "risk");
  } else {
    note_position(book_, what.held);
  }
  check_soon();
}

void risk::take_balance(const balance_known& what) {
  const bool quiet =
      std::all_of(book_.pairs.begin(), book_.pairs.end(), [](const auto& p) { return p.second.open_orders.empty(); });
  switch (wallet_.judge(book_.wallet, what.wallet, quiet)) {
    case wallet_watch::word::unjudged: return;
    case wallet_watch::word::agrees: return note_balance(book_, what.wallet);
    case wallet_watch::word::disagrees: break;
  }
  const auto words = "the venue's wallet is " + what.wallet.text() + " USDT, ours " + book_.wallet.text();
  for (const auto& [name, pair] : book_.pairs) set_quarantine(name, "equity_mismatch", words);
}

void risk::set_quarantine(const pair_name& pair, const std::string& cause, const std::string& reason) {
  const auto fresh = quarantines_.impose(pair, cause, reason, around_.now());
  mark_quarantines();
  if (!fresh) return;
  audit_note note{.actor = "risk",
                  .action = "pair.quarantined",
                  .resource_type = "pair",
                  .resource_id = pair.text(),
                  .metadata = {{"cause", cause}, {"reason", reason}},
                  .created_at = around_.now()};
  rows_.add({*fresh, std::move(note)});
  send(alerts_, alarm{"pair_quarantined", severity::high, pair.text(), cause, 1, 0, {{"reason", reason}}});
}

/// A pair stays foreign until a whole comparison no longer shows the order; from then on checks are clean.
void risk::take_comparison(const books_compared& what) {
  foreign_pairs_.clear();
  for (const auto& pair : what.foreign) foreign_pairs_.push_back(pair.text());
  for (const auto& evidence : what.second_daemon)
    apply_step(step_breaker(book_, breaker_events::second_daemon{evidence}, around_.now()), "reconciler");
  if (!foreign_pairs_.empty()) check_soon();
  for (const auto& q : quarantines_.agree(what.agreeing, around_.now())) {
    audit_note note{.actor = "risk",
                    .action = "pair.released",
                    .resource_type = "pair",
                    .resource_id = q.pair.text(),
                    .metadata = {{"cause", q.cause}},
                    .created_at = around_.now()};
    rows_.add({q, std::move(note)});
  }
  mark_quarantines();
}

void risk::mark_quarantines() {
  for (auto& [name, pair] : book_.pairs) {
    pair.quarantined = quarantines_.holds(name);
    if (around_.metrics)
      around_.metrics->set(http::metric::pair_quarantined, {name.text()}, pair.quarantined ? 1.0 : 0.0);
  }
}

// ---- views -----------------------------------------------------------------------------------------------------------

risk_view risk::view() const {
  risk_view v;
  v.policy = book_.policy;
  v.state = state_of("account");
  v.snapshot = measure(book_, around_.now(), terms_.review.mark_fresh_for);
  for (const auto& [scope, row] : book_.breakers)
    if (scope != "account" && row.level != breaker_level::active) v.pairs.push_back(breaker_view_of(row));
  for (const auto& [name, q] : quarantines_.active()) v.quarantined.push_back(q);
  return v;
}

health_reply risk::health() const {
  health_reply reply;
  const auto it = book_.breakers.find("account");
  if (it != book_.breakers.end() && it->second.level != breaker_level::active)
    reply.problems.push_back({"breaker", std::string(text_of(it->second.level)) + ": " + it->second.reason});
  for (const auto& [name, q] : quarantines_.active())
    reply.problems.push_back(
        {quarantine_board::waits_for_books(q) ? "reconciled" : "quarantine", name.text() + ": " + q.reason});
  return reply;
}

void risk::show(const risk_measures& m) {
  if (!around_.metrics) return;
  auto& page = *around_.metrics;
  page.set(http::metric::equity, m.equity.to_double());
  page.set(http::metric::daily_loss, m.daily_loss.to_double());
  for (const auto& [name, pair] : book_.pairs) {
    const auto it = m.exposure_by_instrument.find(name.text());
    page.set(http::metric::exposure, {name.text(), "worst"},
             it == m.exposure_by_instrument.end() ? 0.0 : it->second.to_double());
  }
}

risk_actor spawn_risk(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, executor_actor executor, std::shared_ptr<level_gate> gate,
                      std::shared_ptr<const ports::desk_image> image, risk_terms terms) {
  return system.spawn<risk>(around, std::move(ledger), std::move(alerts), std::move(executor), std::move(gate),
                            std::move(image), std::move(terms));
}

}  // namespace rltrader
