// Every typed actor interface of the house, one sentence per handler. Read this page first.
//
// Handles go down at construction, in the order of this page; events come back up by `subscribe`. There is one loop:
// pair -> risk -> executor -> venue -> order_changed -> pair. Every bound of a queue stands beside its actor.
#pragma once

#include "messages/ops.hpp"

#include <caf/all.hpp>

namespace rltrader {

/// Orders, fills and positions as they become durable.
using order_listener = caf::typed_actor<caf::reacts_to<order_changed>,      // an order moved
                                        caf::reacts_to<position_changed>>;  // a position moved without an order of ours
struct subscribe_orders {
  order_listener who;
};
/// The breaker as it moves, and the fleet's configuration.
using breaker_listener = caf::typed_actor<caf::reacts_to<breaker_moved>, caf::reacts_to<configuration_changed>>;
struct subscribe_breaker {
  breaker_listener who;
};

/// The pair list as it changes.
using pair_list_listener = caf::typed_actor<caf::reacts_to<pairs_running>>;
struct subscribe_pair_list {
  pair_list_listener who;
};

/// To itself, behind what already waits in its mailbox: commit all of it now.
struct flush_rows {};
/// Deletes what is only kept for a while: metric points and answered idempotency records older than these.
struct retain_rows {
  instant metrics_from{};
  instant idempotency_from{};
};
/// Whoever does jobs of a type for the retry queue.
using job_worker = caf::typed_actor<caf::replies_to<do_job>::with<job_done>>;
struct subscribe_jobs {
  std::string job_type;
  job_worker who;
};
/// Whoever takes alarms from an actor that is opened before the alert sink, so has no handle of it.
using alarm_listener = caf::typed_actor<caf::reacts_to<alarm>>;
struct subscribe_alarms {
  alarm_listener who;
};
/// To itself: look this order up again, unless its schedule has moved on.
struct look_again {
  order_id id;
  std::uint64_t round = 0;
};
/// To itself: judge the measures now; `full` when a whole check period has passed.
struct check_breaker {
  bool full = false;
};
/// To itself: see whether the store is there, and keep its lease.
struct tend_store {};
/// From the daemon, now and then: say how many messages wait (metric mailbox_depth). All actors but the pairs take it.
struct measure_mailbox {};
/// To itself: try to save again what the ledger did not take.
struct save_again {};

/// The only writer of ops state: one transaction for all that waits in its mailbox, answers after COMMIT.
/// Bound: 4,096 unanswered batches; beyond it a batch fails at once with store_failed, so intents fail closed.
using ledger_actor = caf::typed_actor<
    caf::reacts_to<flush_rows>,                  // commits what waits
    caf::replies_to<write_rows>::with<written>,  // makes rows durable together, or fails with nothing written
    caf::reacts_to<
        metric_point>,  // keeps a measured value with the next commit; beyond 1,024 waiting the oldest is dropped and counted
    caf::replies_to<keep_job>::with<retry_job>,         // keeps a job, or answers with the live one of its key
    caf::replies_to<claim_jobs>::with<jobs_claimed>,    // hands out what is due
    caf::replies_to<finish_job>::with<job_finished>,    // ends a job if it is still theirs who say so
    caf::replies_to<change_kept_job>::with<retry_job>,  // requeues or drops, with the note of it
    caf::reacts_to<retain_rows>,                        // forgets old figures
    caf::reacts_to<tend_store>,                         // keeps the store's lease while there is nothing to write
    caf::reacts_to<subscribe_alarms>,                   // who is told when the store is lost
    caf::reacts_to<measure_mailbox>,                    // shows how many messages wait
    caf::replies_to<load_image>::with<image_reply>,     // reads what a desk restarts from
    caf::replies_to<ask_health>::with<health_reply>>;   // says whether the last commit worked

/// The only writer of market data, so that a backfill never delays an intent. Bound: 65,536 waiting bars, then the oldest are dropped and counted.
using market_store_actor =
    caf::typed_actor<caf::reacts_to<flush_rows>,                           // writes what waits
                     caf::reacts_to<store_bars>,                           // keeps closed bars
                     caf::reacts_to<store_funding>,                        // keeps funding rates
                     caf::reacts_to<subscribe_alarms>,                     // who is told when the store is lost
                     caf::replies_to<candles_request>::with<candle_rows>,  // reads candles, oldest first
                     caf::reacts_to<measure_mailbox>,                      // shows how many messages wait
                     caf::replies_to<ask_health>::with<health_reply>>;     // says whether the last write worked

/// Read-only connection for lists and reports; a slow read delays other reads alone.
struct find_trades {
  list_request what;
};
struct find_trade {
  rltrader::trade_id id;
};
struct find_orders {
  list_request what;
};
struct find_decisions {
  list_request what;
};
struct find_audit {
  list_request what;
};
struct find_alerts {
  list_request what;
};
struct find_jobs {
  list_request what;
};
struct find_runs {
  list_request what;
};
struct find_versions {
  list_request what;
};
struct find_why {
  std::string id;
};
struct find_idempotency {
  std::string key;
};
/// The causal chain of an order or a decision.
struct why_view {
  std::optional<decision> decided;
  std::vector<execution_view> orders;
  std::vector<state_event> events;
  std::vector<fill> fills;
  std::optional<trade> round_trip;

  static constexpr auto type_name = "why";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"decision", &why_view::decided, "what was seen, what the gate said, what the policy said"},
             field{"orders", &why_view::orders, "the intents and what became of them"},
             field{"events", &why_view::events, "every transition, oldest first"},
             field{"fills", &why_view::fills, "the venue's fills"},
             field{"trade", &why_view::round_trip, "the round trip"});
  }
};
struct bucket {
  instant at{};
  money pnl;
  std::int64_t trade_count = 0;
  double win_rate = 0;
  static constexpr auto type_name = "bucket";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"bucket", &bucket::at, "start of the hour"}, field{"pnl", &bucket::pnl, "USDT"},
             field{"trade_count", &bucket::trade_count, "closed trades"}, field{"win_rate", &bucket::win_rate, "0..1"});
  }
};
struct ask_summary {
  static constexpr auto type_name = "ask_summary";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct trading_summary {
  instant generated_at{};
  std::int64_t trade_count = 0;
  std::int64_t filled_count = 0;
  double win_rate = 0;
  money net_pnl;
  money avg_pnl;
  money max_drawdown;
  std::map<std::string, money> exposure_by_instrument;
  std::vector<bucket> series;

  static constexpr auto type_name = "trading_summary";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"generated_at", &trading_summary::generated_at, "market time"},
             field{"trade_count", &trading_summary::trade_count, "round trips"},
             field{"filled_count", &trading_summary::filled_count, "with a fill"},
             field{"win_rate", &trading_summary::win_rate, "of the closed ones"},
             field{"net_pnl", &trading_summary::net_pnl, "USDT after costs"},
             field{"avg_pnl", &trading_summary::avg_pnl, "USDT a closed trade"},
             field{"max_drawdown", &trading_summary::max_drawdown, "USDT, of the closed trades' sum"},
             field{"exposure_by_instrument", &trading_summary::exposure_by_instrument,
                   "USDT of open trades at their entry price"},
             field{"series", &trading_summary::series, "by hour"});
  }
};
struct idempotency_reply {
  std::optional<idempotency_record> record;
  static constexpr auto type_name = "idempotency_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"record", &idempotency_reply::record, "the first answer, if one"});
  }
};
using reader_actor =
    caf::typed_actor<caf::replies_to<find_trades>::with<trade_page>,            // round trips, newest first
                     caf::replies_to<find_trade>::with<trade_with_executions>,  // one, with its orders
                     caf::replies_to<find_orders>::with<order_page>,            // orders, newest first
                     caf::replies_to<find_decisions>::with<decision_page>,      // decisions, newest first
                     caf::replies_to<find_audit>::with<audit_page>,             // the audit chain, newest first
                     caf::replies_to<find_alerts>::with<alert_rows>,            // alerts, newest first
                     caf::replies_to<find_jobs>::with<job_rows>,                // jobs, newest first
                     caf::replies_to<find_runs>::with<run_rows>,                // runs, newest first
                     caf::replies_to<find_versions>::with<version_rows>,        // policies that may decide
                     caf::replies_to<find_why>::with<why_view>,  // the chain behind an order or a decision
                     caf::replies_to<find_idempotency>::with<idempotency_reply>,  // the first answer to a changing call
                     caf::replies_to<ask_summary>::with<trading_summary>,         // figures over all trades
                     caf::reacts_to<measure_mailbox>,                             // shows how many messages wait
                     caf::replies_to<ask_health>::with<health_reply>>;            // says whether the last read worked

/// Folds, stores and sends alerts; never blocks its senders. Bound: 1,000 open alerts, then low ones are counted only.
using alert_sink_actor = caf::typed_actor<caf::reacts_to<alarm>,       // something a person should know
                                          caf::reacts_to<flush_rows>,  // to itself: stores again what was not kept
                                          caf::replies_to<change_alert>::with<alert>,  // acknowledges or resolves
                                          caf::reacts_to<measure_mailbox>,             // shows how many messages wait
                                          caf::replies_to<do_job>::with<job_done>>;    // delivers an alert again

/// Durable intent, then the venue, then the outcome; one unresolved order per pair and side, cancels and closes first.
/// Bound: 256 approved orders waiting; beyond it an order is refused before it leaves.
using executor_actor =
    caf::typed_actor<caf::reacts_to<execute_order>,                         // carries an approved order out
                     caf::replies_to<cancel_order>::with<execution_view>,   // asks the venue to cancel
                     caf::reacts_to<cancel_entries>,                        // cancels what may increase risk
                     caf::replies_to<resolve_order>::with<execution_view>,  // looks an order up now
                     caf::replies_to<end_order>::with<execution_view>,      // an operator ends an UNKNOWN order
                     caf::replies_to<ask_books>::with<books_reply>,         // our books
                     caf::reacts_to<book_fill>,                         // books a fill that the reconciler found, once
                     caf::reacts_to<book_insurance>,                    // books what the venue's insurance paid, once
                     caf::reacts_to<book_funding>,                      // books funding on what is held
                     caf::reacts_to<venue_answered>,                    // the venue's word on a request
                     caf::reacts_to<venue_spoke>,                       // the venue's own events
                     caf::reacts_to<books_answered>,                    // the venue's books, asked for a look-up
                     caf::reacts_to<look_again>,                        // a look-up that is due
                     caf::reacts_to<save_again>,                        // rows that the ledger did not take
                     caf::reacts_to<subscribe_orders>,                  // tells a listener from now on
                     caf::replies_to<do_job>::with<job_done>,           // a look-up that the retry queue owns
                     caf::reacts_to<measure_mailbox>,                   // shows how many messages wait
                     caf::replies_to<ask_health>::with<health_reply>>;  // names orders without an outcome

/// Reviews each intent against limits that count in-flight and UNKNOWN orders; holds the breaker and quarantines.
using risk_actor = caf::typed_actor<
    caf::replies_to<review_intent>::with<review_outcome>,     // a verdict; an approval goes straight to the executor
    caf::replies_to<close_trade>::with<trade_and_execution>,  // an operator's close, reduce-only
    caf::reacts_to<order_changed>,                            // from the executor
    caf::reacts_to<position_changed>,                         // from the executor
    caf::reacts_to<tick>,                                     // marks
    caf::reacts_to<check_breaker>,                            // judges the measures after what has come
    caf::reacts_to<balance_known>,                            // from the reconciler
    caf::reacts_to<quarantine_pair>,                          // a pair may not enter
    caf::reacts_to<books_compared>,                           // lifts quarantines, opens for foreign orders
    caf::replies_to<set_breaker>::with<breaker_answer>,       // an operator's halt, reduce, resume
    caf::replies_to<rebase_peak>::with<rebase_answer>,        // drawdown is measured anew
    caf::replies_to<change_policy>::with<risk_policy>,        // new limits; the old row stays
    caf::replies_to<change_configuration>::with<agent_configuration>,  // the fleet's configuration and kill switch
    caf::replies_to<change_limit_set>::with<risk_limit_set>,           // limits of agents
    caf::replies_to<ask_configuration>::with<configuration_reply>,     // both, as they stand
    caf::replies_to<ask_risk>::with<risk_view>,                        // policy, state, measures
    caf::reacts_to<subscribe_breaker>,                                 // tells a listener from now on
    caf::reacts_to<save_again>,                                        // rows that the ledger did not take
    caf::reacts_to<measure_mailbox>,                                   // shows how many messages wait
    caf::replies_to<ask_health>::with<health_reply>>;                  // the breaker, when it is not active

/// One agent on one pair: gate, features, policy, decision snapshot, intent. Only the supervisor holds its handle.
/// Bound: one bar at a time; bars that wait are decided in order, and a late one is stale, so it holds.
using pair_actor = caf::typed_actor<caf::reacts_to<closed_bar>,             // a closed bar: decide
                                    caf::reacts_to<funding>,                // a feature, and a cost
                                    caf::reacts_to<order_changed>,          // its own orders
                                    caf::reacts_to<position_changed>,       // its position
                                    caf::reacts_to<breaker_moved>,          // its pause follows the breaker
                                    caf::reacts_to<configuration_changed>,  // limits that bind its decisions
                                    caf::reacts_to<save_again>,             // rows that the ledger did not take
                                    caf::replies_to<decide_posted>::with<posted_outcome>,  // decides on a posted market
                                    caf::replies_to<run_command>::with<agent_run>,         // start, pause, resume, stop
                                    caf::replies_to<ask_health>::with<pair_view>>;         // how it stands

/// To itself: the wait after a death is over.
struct restart_pair {
  pair_name pair;
};
/// Starts, stops, restarts and finds pairs; what is said to a pair passes through here by name.
using pair_supervisor_actor =
    caf::typed_actor<caf::reacts_to<closed_bar>,                            // passed on to its pair
                     caf::reacts_to<funding>,                               // passed on to its pair
                     caf::reacts_to<order_changed>,                         // passed on to its pair
                     caf::reacts_to<position_changed>,                      // passed on to its pair
                     caf::reacts_to<breaker_moved>,                         // passed on to the pairs of its scope
                     caf::reacts_to<configuration_changed>,                 // passed on to all pairs
                     caf::replies_to<run_command>::with<agent_run>,         // passed on to its pair
                     caf::replies_to<decide_posted>::with<posted_outcome>,  // passed on to its pair
                     caf::reacts_to<restart_pair>,                          // brings a pair back from the ledger
                     caf::replies_to<change_pairs>::with<pairs_changed>,    // the pair list from now on
                     caf::reacts_to<save_again>,                            // rows that the ledger did not take
                     caf::reacts_to<subscribe_pair_list>,                   // who is told which pairs there are
                     caf::reacts_to<measure_mailbox>,                       // shows how many messages wait
                     caf::replies_to<ask_health>::with<pair_list>>;         // all pairs

/// Compares our books with the venue's: at start, on schedule, on demand.
using reconciler_actor = caf::typed_actor<
    caf::replies_to<reconcile_now>::with<reconcile_report>,  // a whole pass
    caf::replies_to<ask_positions>::with<position_list>,     // our positions, and what the last pass saw of both sides
    caf::reacts_to<books_answered>,                          // the venue's books
    caf::reacts_to<measure_mailbox>,                         // shows how many messages wait
    caf::replies_to<ask_health>::with<health_reply>>;        // whether the first pass has been done, and what disagrees

/// Durable jobs with backoff, jitter and an end; who has one is the store's word. Bound: 10,000 live jobs, then enqueuing is refused.
struct sweep_jobs {};
using retry_queue_actor =
    caf::typed_actor<caf::replies_to<enqueue_job>::with<retry_job>,  // durable when answered; one live job a key
                     caf::reacts_to<subscribe_jobs>,                 // who does jobs of a type
                     caf::reacts_to<subscribe_alarms>,               // who is told of jobs that died
                     caf::replies_to<change_job>::with<retry_job>,   // requeue or drop
                     caf::reacts_to<measure_mailbox>,                // shows how many messages wait
                     caf::reacts_to<sweep_jobs>>;                    // claims what is due

/// Market data in: passes closed bars, funding and marks on, keeps them, and notices gaps. Quotes are conflated per pair.
using market_feed_actor = caf::typed_actor<caf::reacts_to<market_spoke>,     // from the source
                                           caf::reacts_to<pairs_running>,    // whose silence counts
                                           caf::reacts_to<measure_mailbox>,  // shows how many messages wait
                                           caf::replies_to<ask_health>::with<health_reply>>;  // feeds that are stale

/// The job table: what is due, when. Market time decides, the actor clock wakes.
struct clock_struck {
  std::uint64_t round = 0;
};
using scheduler_actor = caf::typed_actor<caf::reacts_to<clock_struck>>;

}  // namespace rltrader

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::subscribe_orders)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::subscribe_breaker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::subscribe_pair_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::subscribe_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::subscribe_alarms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::tend_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::measure_mailbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::look_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::clock_struck)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::check_breaker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::restart_pair)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::retain_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_trades)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_trade)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_orders)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_decisions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_audit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_alerts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_runs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_versions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_why)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::find_idempotency)
