// Compares our books with the venue's. The comparison is domain/reconcile; here both sides are fetched and the findings sent on.
//
// A failed or partial answer is no books: nothing is concluded from it, and nothing is read as flat.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/reconcile.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <set>

namespace rltrader {

namespace {

class reconciler : public reconciler_actor::base {
  using super = reconciler_actor::base;

 public:
  reconciler(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
             risk_actor risk, executor_actor executor, ports::venue& venue, reconciler_terms terms)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        risk_(std::move(risk)),
        executor_(std::move(executor)),
        venue_(venue),
        terms_(std::move(terms)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "reconciler");
    return {[this](const reconcile_now& what) -> caf::result<reconcile_report> { return begin(what); },
            [this](const ask_positions&) -> caf::result<position_list> { return positions(); },
            [this](const books_answered& what) { hear(what); },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "reconciler"); },
            [this](const ask_health&) {
              health_reply reply;
              if (!done_once_)
                reply.problems.push_back({"reconciled", "the books have not been compared with the venue's yet"});
              if (!trouble_.empty()) reply.problems.push_back({"reconciled", trouble_});
              return reply;
            }};
  }

  void on_exit() override {
    waiting_.clear();
    serving_.clear();  // a promise holds its actor
    destroy(ledger_);
    destroy(alerts_);
    destroy(risk_);
    destroy(executor_);
  }

 private:
  /// One pass at a time; who asks meanwhile gets the answer of the next.
  struct asker {
    reconcile_now what;
    caf::typed_response_promise<reconcile_report> promise;
  };

  caf::result<reconcile_report> begin(const reconcile_now& what) {
    auto promise = make_response_promise<reconcile_report>();
    waiting_.push_back({what, promise});
    if (!running_) start_pass();
    return promise;
  }

  caf::result<position_list> positions() {
    auto promise = make_response_promise<position_list>();
    request(executor_, around_.request_timeout, ask_books{around_.now()})
        .then(
            [this, promise](const books_reply& ours) mutable {
              promise.deliver(positions_compared(ours.positions, compared_, compared_at_));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void start_pass() {
    if (waiting_.empty()) return;
    running_ = true;
    serving_ = std::exchange(waiting_, {});
    const auto token = ++token_;
    asked_since_ = around_.now() - terms_.fills_window;
    venue_.books(asked_since_, [weak = caf::weak_actor_ptr{ctrl()}, token](result<ports::venue_books> b) {
      if (auto self = caf::actor_cast<reconciler_actor>(weak))
        caf::anon_send(self, books_answered{token, std::make_shared<const result<ports::venue_books>>(std::move(b))});
    });
    delayed_send(this, caf::timespan{terms_.venue_timeout},
                 books_answered{token, std::make_shared<const result<ports::venue_books>>(
                                           failure{errc::timed_out, "the venue did not answer in time"})});
  }

  void hear(const books_answered& what) {
    if (!running_ || what.token != token_) return;
    ++token_;  // whatever else is said of this pass comes too late
    if (!*what.what) return fail(what.what->error());
    request(executor_, around_.request_timeout, ask_books{asked_since_ - hours{1}})
        .then([this, theirs = what.what](const books_reply& ours) { compare(ours, **theirs); },
              [this](const caf::error& e) { fail(from_caf(e, "the executor")); });
  }

  void fail(const failure& why) {
    trouble_ = why.what;
    send(alerts_, alarm{"reconcile_failed", severity::medium, "", "passes_failed", 1, 0, {{"why", why.what}}});
    for (auto& a : serving_) a.promise.deliver(to_caf(why));
    finish();
  }

  void finish() {
    serving_.clear();
    running_ = false;
    start_pass();
  }

  static local_books local_of(const books_reply& ours) {
    local_books out;
    out.open_orders = ours.open_orders;
    out.positions = ours.positions;
    for (const auto& key : ours.known_fills) {
      const auto bar = key.find('|');
      if (bar != std::string::npos)
        out.known_fills.emplace(pair_name{key.substr(0, bar)}, fill_id{key.substr(bar + 1)});
    }
    for (const auto& id : ours.ended_orders) out.ended_orders.insert(order_id{id});
    out.known_insurance = {ours.known_insurance.begin(), ours.known_insurance.end()};
    return out;
  }

  static venue_view view_of(const ports::venue_books& theirs) {
    venue_view out;
    for (const auto& r : theirs.open_orders)
      out.open_orders.push_back({r.id, r.venue_order, r.pair, r.side, r.state, r.quantity, r.filled});
    out.fills = theirs.fills;
    for (const auto& p : theirs.positions) out.positions.push_back({p.pair, p.leg_side, p.held});
    out.at = theirs.at;
    out.insurance = theirs.insurance;
    return out;
  }

  void compare(const books_reply& ours, const ports::venue_books& theirs) {
    reconcile_terms terms;
    terms.pairs = {terms_.pairs.begin(), terms_.pairs.end()};
    const auto found = reconcile(local_of(ours), view_of(theirs), terms, around_.now());
    reconcile_report report;
    report.checked = found.orders_checked + static_cast<int>(ours.positions.size());
    report.reconciled_at = around_.now();
    for (const auto& c : found.todo) std::visit([&](const auto& x) { act(x, report); }, c);
    compared_ = found.positions;
    compared_at_ = theirs.at == instant{} ? around_.now() : theirs.at;
    send(risk_, compared_of(found));
    send(risk_, balance_known{theirs.balance.wallet, theirs.balance.equity});
    done_once_ = true;
    trouble_.clear();
    keep(report);
    for (auto& a : serving_) a.promise.deliver(report);
    finish();
  }

  static books_compared compared_of(const reconcile_result& found) {
    books_compared out;
    out.agreeing.assign(found.agreeing.begin(), found.agreeing.end());
    for (const auto& c : found.todo) {
      if (const auto* foreign = std::get_if<corrections::foreign_order>(&c)) out.foreign.push_back(foreign->what.pair);
      if (const auto* second = std::get_if<corrections::second_daemon>(&c))
        out.second_daemon.push_back("order " + second->what.id.text() +
                                    " at the venue has our prefix and is not in this store");
    }
    return out;
  }

  /// A pass that found nothing leaves no trace of its own; one that corrected something does.
  void keep(const reconcile_report& report) {
    if (report.mismatches.empty()) return;
    ports::write_batch rows;
    for (const auto& m : report.mismatches)
      rows.emplace_back(audit_note{.actor = "reconciler",
                                   .action = "reconcile." + m.kind,
                                   .resource_type = "pair",
                                   .resource_id = m.pair,
                                   .metadata = {{"explanation", m.explanation}, {"action", m.action}},
                                   .created_at = around_.now()});
    request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
        .then([](const written&) {},
              [](const caf::error& e) {
                log_event(log_level::error, "reconcile.not_kept", "", "reconciler", "", from_caf(e, "the ledger").what);
              });
  }

  void note(const std::string& pair, const char* kind, const std::string& explanation, const char* action,
            reconcile_report& report) const {
    report.mismatches.push_back({pair, kind, explanation, action});
    if (around_.metrics) around_.metrics->add(http::metric::reconcile_mismatches, {kind});
  }
  void tell(const std::string& pair, const char* kind, severity how, const std::string& explanation, const char* action,
            reconcile_report& report) {
    note(pair, kind, explanation, action, report);
    send(alerts_, alarm{std::string("reconcile_") + kind,
                        how,
                        pair,
                        "mismatches",
                        1,
                        0,
                        {{"explanation", explanation}, {"action", action}}});
    log_event(log_level::warn, std::string("reconcile.") + kind, pair, "reconciler", "", explanation + "; " + action);
  }

  void act(const corrections::book_fill& c, reconcile_report& report) {
    ++report.updated;
    send(executor_, book_fill{c.what, "reconciled"});
    tell(c.what.pair.text(), "missing_fill", severity::medium,
         "the venue has fill " + c.what.id.text() + " of " + c.what.quantity.text() + " at " + c.what.price.text() +
             ", we had not",
         "booked", report);
  }
  void act(const corrections::book_insurance& c, reconcile_report& report) {
    ++report.updated;
    send(executor_, book_insurance{c.what});
    tell(c.what.pair.text(), "missing_insurance", severity::medium,
         "the venue's insurance paid " + c.what.amount.text() + " USDT, our books had not", "booked", report);
  }
  void act(const corrections::look_up& c, reconcile_report& report) {
    ++report.errors;
    request(executor_, around_.request_timeout, resolve_order{c.id})
        .then([](const execution_view&) {},
              [](const caf::error&) {
                // It ended meanwhile, or the executor is being restarted; the next pass asks again.
              });
    note(c.pair.text(), "order_not_shown", c.id.text() + ": " + c.why, "looked up", report);
  }
  void act(const corrections::adopt_state& c, reconcile_report& report) {
    ++report.updated;
    request(executor_, around_.request_timeout, resolve_order{c.id})
        .then([](const execution_view&) {},
              [](const caf::error&) {
                // As above: the next pass asks again.
              });
    note("", "order_state", c.id.text() + " is " + std::string(text_of(c.state)) + " at the venue", "looked up",
         report);
  }
  void act(const corrections::foreign_order& c, reconcile_report& report) {
    tell(c.what.pair.text(), "foreign_order", severity::medium, "order " + c.what.venue_order.text() + " is not ours",
         "never touched; the pair may only reduce", report);
  }
  void act(const corrections::second_daemon& c, reconcile_report& report) {
    tell(c.what.pair.text(), "second_daemon", severity::high,
         "order " + c.what.id.text() + " has our prefix and is not in our store", "halted", report);
  }
  void act(const corrections::position_mismatch& c, reconcile_report& report) {
    ++report.errors;
    report.quarantined.push_back(c.pair.text());
    const auto words = "ours " + c.ours.text() + ", the venue's " + c.theirs.text();
    send(risk_, quarantine_pair{c.pair, "books_disagree", words});
    tell(c.pair.text(), "position_mismatch", severity::high, words, "quarantined", report);
  }

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  risk_actor risk_;
  executor_actor executor_;
  ports::venue& venue_;
  reconciler_terms terms_;
  std::vector<asker> waiting_;
  std::vector<asker> serving_;
  bool running_ = false;
  bool done_once_ = false;
  std::uint64_t token_ = 0;
  instant asked_since_{};
  std::string trouble_;
  std::vector<compared_position> compared_;  ///< by the last whole pass
  instant compared_at_{};
};

}  // namespace

reconciler_actor spawn_reconciler(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                  alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                  ports::venue& venue, reconciler_terms terms) {
  return system.spawn<reconciler>(around, std::move(ledger), std::move(alerts), std::move(risk), std::move(executor),
                                  venue, std::move(terms));
}

}  // namespace rltrader
