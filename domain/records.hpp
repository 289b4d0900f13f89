// What the desk keeps: one struct a table of the ops store. Money and quantities are exact.
#pragma once

#include "domain/decision.hpp"
#include "domain/order.hpp"
#include "domain/position.hpp"

#include <map>

namespace rltrader {

enum class run_status : unsigned char { running, paused, stopped };
constexpr auto words(run_status) {
  return std::array{word{run_status::running, "running"}, word{run_status::paused, "paused"},
                    word{run_status::stopped, "stopped"}};
}

/// What becomes of a held position while its run is paused (risk.md, agents and positions).
enum class pause_policy : unsigned char { hold, reduce, flatten };
constexpr auto words(pause_policy) {
  return std::array{word{pause_policy::hold, "hold"}, word{pause_policy::reduce, "reduce"},
                    word{pause_policy::flatten, "flatten"}};
}

/// Why a run is paused. Data and volatility end by themselves after three clean bars; the others latch.
enum class pause_reason : unsigned char {
  none,
  data,
  volatility,
  risk,
  operator_asked,
  kill_switch,
  provenance,
  out_of_distribution
};
constexpr auto words(pause_reason) {
  return std::array{word{pause_reason::none, "none"},
                    word{pause_reason::data, "data"},
                    word{pause_reason::volatility, "volatility"},
                    word{pause_reason::risk, "risk"},
                    word{pause_reason::operator_asked, "operator"},
                    word{pause_reason::kill_switch, "kill_switch"},
                    word{pause_reason::provenance, "provenance"},
                    word{pause_reason::out_of_distribution, "out_of_distribution"}};
}

/// One run of an agent on a pair. Table agent_runs.
struct agent_run {
  run_id id;
  pair_name pair;
  trading_mode mode{};
  run_status status{};
  rltrader::pause_reason pause_reason{};
  pause_policy on_pause = pause_policy::hold;
  bool learning_enabled = false;
  int learning_window_minutes = 0;
  std::string agent_version_id;
  std::string risk_limit_set_id;
  std::string dataset_version_id;
  std::string feature_set_version_id;
  instant started_at{};
  std::optional<instant> stopped_at;
  int clean_bars = 0;  ///< bars without a fault since an ending pause began

  static constexpr auto type_name = "agent_run";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &agent_run::id, "the run"}, field{"pair", &agent_run::pair, "the pair"},
        field{"mode", &agent_run::mode, "paper or live"},
        field{"status", &agent_run::status, "running, paused or stopped"},
        field{"pause_reason", &agent_run::pause_reason, "why it is paused"},
        field{"on_pause", &agent_run::on_pause, "what becomes of a position meanwhile"},
        field{"learning_enabled", &agent_run::learning_enabled, "learns online"},
        field{"learning_window_minutes", &agent_run::learning_window_minutes, "minutes of data a cycle learns from"},
        field{"agent_version_id", &agent_run::agent_version_id, "the policy that decides"},
        field{"risk_limit_set_id", &agent_run::risk_limit_set_id, "the limits that apply beside the account's"},
        field{"dataset_version_id", &agent_run::dataset_version_id, "provenance"},
        field{"feature_set_version_id", &agent_run::feature_set_version_id, "provenance"},
        field{"started_at", &agent_run::started_at, "market time"},
        field{"stopped_at", &agent_run::stopped_at, "market time, once stopped"},
        field{"clean_bars", &agent_run::clean_bars, "bars without a fault during a pause"});
  }
};

enum class trade_status : unsigned char { proposed, placed, partial, filled, cancelled, rejected, unknown, closed };
constexpr auto words(trade_status) {
  return std::array{word{trade_status::proposed, "proposed"},   word{trade_status::placed, "placed"},
                    word{trade_status::partial, "partial"},     word{trade_status::filled, "filled"},
                    word{trade_status::cancelled, "cancelled"}, word{trade_status::rejected, "rejected"},
                    word{trade_status::unknown, "unknown"},     word{trade_status::closed, "closed"}};
}

/// One round trip: from its entry order to flat. Table trades.
struct trade {
  trade_id id;
  run_id run;
  pair_name instrument;
  position_side side{};  ///< long or short
  rltrader::quantity quantity;
  trade_status status{};
  trading_mode mode{};
  order_id entry_order;
  price average_fill_price;
  rltrader::quantity position_size;  ///< still held
  money pnl;                         ///< realised, after fees and funding
  rate pnl_pct;                      ///< of the entry notional, a fraction
  std::optional<price> tp_price;
  std::optional<price> sl_price;
  rate leverage;
  std::optional<instant> closed_at;
  instant created_at{};

  static constexpr auto type_name = "trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &trade::id, "the round trip"}, field{"agent_run_id", &trade::run, "the run"},
             field{"instrument", &trade::instrument, "the pair"}, field{"side", &trade::side, "long or short"},
             field{"quantity", &trade::quantity, "base coins asked for by the entry"},
             field{"status", &trade::status, "where it stands"}, field{"mode", &trade::mode, "paper or live"},
             field{"client_order_id", &trade::entry_order, "the entry order"},
             field{"avg_fill_price", &trade::average_fill_price, "USDT, of the entry"},
             field{"position_size", &trade::position_size, "base coins still held"},
             field{"pnl", &trade::pnl, "USDT realised after fees and funding"},
             field{"pnl_pct", &trade::pnl_pct, "fraction of the entry notional"},
             field{"tp_price", &trade::tp_price, "USDT"}, field{"sl_price", &trade::sl_price, "USDT"},
             field{"leverage", &trade::leverage, "as set at the venue"},
             field{"closed_at", &trade::closed_at, "when flat again"},
             field{"created_at", &trade::created_at, "when the entry was wanted"});
  }
};

/// One transition of an order. Table trade_state_events, append only.
struct state_event {
  order_id order;
  int number = 0;  ///< 1, 2, 3... per order
  pair_name pair;
  std::optional<order_state> before;
  order_state after{};
  std::string reason;
  quantity filled;
  instant at{};
  std::string trace_id;

  static constexpr auto type_name = "state_event";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &state_event::order, "the order"},
             field{"number", &state_event::number, "1.. per order"}, field{"pair", &state_event::pair, "the pair"},
             field{"before", &state_event::before, "none for the first"},
             field{"after", &state_event::after, "the new state"}, field{"reason", &state_event::reason, "why"},
             field{"filled_quantity", &state_event::filled, "base coins filled so far"},
             field{"at", &state_event::at, "market time"},
             field{"trace_id", &state_event::trace_id, "ties it to its cause"});
  }
};

/// What happened, before the store gives it a sequence and a hash. Table ops_audit_events with `audit_event`.
struct audit_note {
  std::string actor;          ///< who: an actor's name, a token's name, x-actor
  std::string action;         ///< order.sent, breaker.halted, agent.paused...
  std::string resource_type;  ///< order, breaker, agent, configuration...
  std::string resource_id;
  std::map<std::string, std::string> metadata;
  instant created_at{};

  static constexpr auto type_name = "audit_note";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"actor", &audit_note::actor, "who"}, field{"action", &audit_note::action, "what"},
             field{"resource_type", &audit_note::resource_type, "of what kind"},
             field{"resource_id", &audit_note::resource_id, "which"}, field{"metadata", &audit_note::metadata, "more"},
             field{"created_at", &audit_note::created_at, "market time"});
  }
};

/// A link of the audit chain: `hash` covers the note, the sequence and the hash before it. Gap-free per node (I14).
struct audit_event {
  std::int64_t sequence = 0;
  std::string hash;
  std::string previous_hash;
  std::string actor;
  std::string action;
  std::string resource_type;
  std::string resource_id;
  std::map<std::string, std::string> metadata;
  instant created_at{};

  static constexpr auto type_name = "audit_event";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"sequence", &audit_event::sequence, "1.. without gaps"},
             field{"hash", &audit_event::hash, "SHA-256, hex"},
             field{"previous_hash", &audit_event::previous_hash, "of the event before"},
             field{"actor", &audit_event::actor, "who"}, field{"action", &audit_event::action, "what"},
             field{"resource_type", &audit_event::resource_type, "of what kind"},
             field{"resource_id", &audit_event::resource_id, "which"},
             field{"metadata", &audit_event::metadata, "more"},
             field{"created_at", &audit_event::created_at, "market time"});
  }
};

/// The account's limits. A row is never changed: a new one replaces it and the old one stays. Table account_risk_policies.
struct risk_policy {
  std::string id;
  std::string name;
  money max_total_exposure;
  money max_instrument_exposure;
  int max_open_positions = 0;
  money max_daily_loss;        ///< over it: REDUCING
  money circuit_breaker_loss;  ///< over it: HALTED
  int cooldown_minutes = 0;
  rate max_leverage;
  rate max_drawdown;  ///< of the peak; over it: REDUCING
  bool active = true;
  instant effective_from{};

  friend bool operator==(const risk_policy&, const risk_policy&) = default;
  static constexpr auto type_name = "risk_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &risk_policy::id, "the row"}, field{"name", &risk_policy::name, "for people"},
             field{"max_total_exposure", &risk_policy::max_total_exposure, "USDT", rule{.least = 0}},
             field{"max_instrument_exposure", &risk_policy::max_instrument_exposure, "USDT", rule{.least = 0}},
             field{"max_open_positions", &risk_policy::max_open_positions, "pairs above dust",
                   rule{.least = 0, .most = 1000}},
             field{"max_daily_loss", &risk_policy::max_daily_loss, "USDT; over it entries stop", rule{.least = 0}},
             field{"circuit_breaker_loss", &risk_policy::circuit_breaker_loss, "USDT; over it everything stops",
                   rule{.least = 0}},
             field{"cooldown_minutes", &risk_policy::cooldown_minutes, "minutes", rule{.least = 0, .most = 10080}},
             field{"max_leverage", &risk_policy::max_leverage, "total exposure / equity", rule{.least = 0}},
             field{"max_drawdown", &risk_policy::max_drawdown, "fraction of the peak", rule{.least = 0, .most = 1}},
             field{"active", &risk_policy::active, "in force"},
             field{"effective_from", &risk_policy::effective_from, "market time"});
  }
};

enum class breaker_level : unsigned char { active, reducing, halted };
constexpr auto words(breaker_level) {
  return std::array{word{breaker_level::active, "active"}, word{breaker_level::reducing, "reducing"},
                    word{breaker_level::halted, "halted"}};
}

/// The breaker of one scope and what daily loss and drawdown are measured from. Table account_risk_state, durable.
struct breaker_row {
  std::string scope;  ///< "account" or a pair
  breaker_level level{};
  bool by_operator = false;  ///< an operator opened it; only an operator closes it
  std::string cause;   ///< stable word: daily_loss, hard_loss, drawdown, leverage, stale_mark, exposure, operator...
  std::string reason;  ///< in words
  std::optional<instant> cooldown_until;
  std::optional<instant> triggered_at;
  int clean_checks = 0;        ///< checks in a row without the cause
  money day_opening_equity;    ///< account scope: adjusted equity at 00:00 UTC
  std::optional<instant> day;  ///< which day that was
  money peak_equity;           ///< account scope: highest adjusted equity
  std::vector<std::string>
      standing;  ///< every cause that holds it open, the worst first (`cause` is the first); see breaker.hpp
  std::optional<instant>
      suspected_at;  ///< a first mark showed the hard loss; a second one, at least 1 s later, proves it

  friend bool operator==(const breaker_row&, const breaker_row&) = default;
  static constexpr auto type_name = "breaker_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"scope", &breaker_row::scope, "account or a pair"},
             field{"level", &breaker_row::level, "active, reducing, halted"},
             field{"by_operator", &breaker_row::by_operator, "an operator opened it"},
             field{"cause", &breaker_row::cause, "stable word"}, field{"reason", &breaker_row::reason, "in words"},
             field{"cooldown_until", &breaker_row::cooldown_until, "not closed before"},
             field{"triggered_at", &breaker_row::triggered_at, "since when"},
             field{"clean_checks", &breaker_row::clean_checks, "checks in a row without the cause"},
             field{"day_opening_equity", &breaker_row::day_opening_equity, "USDT at 00:00 UTC"},
             field{"day", &breaker_row::day, "of the opening equity"},
             field{"peak_equity", &breaker_row::peak_equity, "USDT"},
             field{"standing", &breaker_row::standing, "all causes that hold it open, the worst first"},
             field{"suspected_at", &breaker_row::suspected_at, "first mark beyond the hard loss, not yet confirmed"});
  }
};

enum class severity : unsigned char { low, medium, high };
constexpr auto words(severity) {
  return std::array{word{severity::low, "low"}, word{severity::medium, "medium"}, word{severity::high, "high"}};
}
enum class alert_status : unsigned char { open, acknowledged, resolved };
constexpr auto words(alert_status) {
  return std::array{word{alert_status::open, "open"}, word{alert_status::acknowledged, "acknowledged"},
                    word{alert_status::resolved, "resolved"}};
}

/// Something a person should know; equal ones fold into one row. Table ops_alerts.
struct alert {
  std::string id;
  std::string category;  ///< stable word: order_unknown, pair_restarted, slo_decision_latency...
  rltrader::severity severity{};
  std::string metric;  ///< with category and pair: what folds
  double value = 0;
  double threshold = 0;
  alert_status status{};
  instant triggered_at{};
  std::map<std::string, std::string> metadata;
  int count = 1;
  instant last_seen_at{};
  std::string runbook;  ///< heading in docs/runbook.md

  static constexpr auto type_name = "alert";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &alert::id, "the alert"}, field{"category", &alert::category, "stable word"},
             field{"severity", &alert::severity, "low, medium, high"},
             field{"metric", &alert::metric, "what was measured"},
             field{"value", &alert::value, "in the metric's unit"},
             field{"threshold", &alert::threshold, "in the metric's unit"},
             field{"status", &alert::status, "open, acknowledged, resolved"},
             field{"triggered_at", &alert::triggered_at, "first seen"}, field{"metadata", &alert::metadata, "more"},
             field{"count", &alert::count, "how often"}, field{"last_seen_at", &alert::last_seen_at, "last seen"},
             field{"runbook", &alert::runbook, "what to do"});
  }
};

enum class job_status : unsigned char { pending, processing, succeeded, failed };
constexpr auto words(job_status) {
  return std::array{word{job_status::pending, "pending"}, word{job_status::processing, "processing"},
                    word{job_status::succeeded, "succeeded"}, word{job_status::failed, "failed"}};
}

/// A durable job with bounded attempts, a lease and a fencing token (I13). Table retry_queue.
struct retry_job {
  std::string id;
  std::string job_type;  ///< order_lookup, alert_delivery, reconcile...
  std::map<std::string, std::string> payload;
  job_status status{};
  int attempts = 0;
  int max_attempts = 8;
  instant next_attempt_at{};
  std::string dedupe_key;
  std::string last_error;
  std::string locked_by;
  std::optional<instant> locked_until;
  std::int64_t token = 0;  ///< grows with each claim; an answer with an older one is ignored
  instant created_at{};
  instant updated_at{};

  static constexpr auto type_name = "retry_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &retry_job::id, "the job"}, field{"job_type", &retry_job::job_type, "what is to be done"},
             field{"payload", &retry_job::payload, "for the handler"},
             field{"status", &retry_job::status, "where it stands"},
             field{"attempts", &retry_job::attempts, "tries so far"},
             field{"max_attempts", &retry_job::max_attempts, "then it is dead"},
             field{"next_attempt_at", &retry_job::next_attempt_at, "due"},
             field{"dedupe_key", &retry_job::dedupe_key, "one live job a key"},
             field{"last_error", &retry_job::last_error, "of the last try"},
             field{"locked_by", &retry_job::locked_by, "who works on it"},
             field{"locked_until", &retry_job::locked_until, "end of the lease"},
             field{"token", &retry_job::token, "fencing"}, field{"created_at", &retry_job::created_at, "first asked"},
             field{"updated_at", &retry_job::updated_at, "last change"});
  }
};

/// One measured value. Table observability_metrics, append only, with retention.
struct metric_point {
  std::string name;  ///< decision_latency_ms, slippage_bps, ingest_lag_sec, confidence, feature_quality
  std::string pair;
  double value = 0;
  instant recorded_at{};

  static constexpr auto type_name = "metric_point";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"name", &metric_point::name, "what"}, field{"pair", &metric_point::pair, "of which pair, if one"},
             field{"value", &metric_point::value, "in the unit of the name"},
             field{"recorded_at", &metric_point::recorded_at, "market time"});
  }
};

/// Limits of an agent beside the account's; the tightest wins. Table risk_limit_sets.
struct risk_limit_set {
  std::string id;
  std::string name;
  money max_position_size;  ///< USDT notional of one position
  rate leverage_cap;
  money max_daily_loss;
  rate max_drawdown;
  int max_open_positions = 0;
  bool active = true;
  instant created_at{};
  instant updated_at{};

  static constexpr auto type_name = "risk_limit_set";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &risk_limit_set::id, "the set"}, field{"name", &risk_limit_set::name, "for people"},
             field{"max_position_size", &risk_limit_set::max_position_size, "USDT notional", rule{.least = 0}},
             field{"leverage_cap", &risk_limit_set::leverage_cap, "total exposure / equity", rule{.least = 0}},
             field{"max_daily_loss", &risk_limit_set::max_daily_loss, "USDT", rule{.least = 0}},
             field{"max_drawdown", &risk_limit_set::max_drawdown, "fraction", rule{.least = 0, .most = 1}},
             field{"max_open_positions", &risk_limit_set::max_open_positions, "pairs", rule{.least = 0, .most = 1000}},
             field{"active", &risk_limit_set::active, "in use"},
             field{"created_at", &risk_limit_set::created_at, "market time"},
             field{"updated_at", &risk_limit_set::updated_at, "market time"});
  }
};

/// The fleet's configuration. Table agent_configurations, one row.
struct agent_configuration {
  std::string id = "default";
  bool enabled = true;
  trading_mode mode{};
  money max_position_size;
  money daily_loss_limit;
  std::vector<std::string> allowed_instruments;  ///< empty: all on paper, none live
  bool kill_switch = false;
  std::string kill_switch_reason;
  double min_confidence_score = 0;
  std::vector<std::string> allowed_source_ids;
  bool promotion_required = true;
  int promotion_min_trades = 0;
  double promotion_min_win_rate = 0;
  double promotion_min_net_pnl = 0;
  double promotion_max_drawdown = 0;
  instant updated_at{};

  static constexpr auto type_name = "agent_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &agent_configuration::id, "the row"},
        field{"enabled", &agent_configuration::enabled, "agents may trade"},
        field{"mode", &agent_configuration::mode, "paper or live"},
        field{"max_position_size", &agent_configuration::max_position_size, "USDT notional; 0: no such limit",
              rule{.least = 0}},
        field{"daily_loss_limit", &agent_configuration::daily_loss_limit, "USDT; 0: no such limit", rule{.least = 0}},
        field{"allowed_instruments", &agent_configuration::allowed_instruments, "empty: all on paper, none live"},
        field{"kill_switch", &agent_configuration::kill_switch, "no agent orders"},
        field{"kill_switch_reason", &agent_configuration::kill_switch_reason, "why"},
        field{"min_confidence_score", &agent_configuration::min_confidence_score, "below it: hold",
              rule{.least = 0, .most = 1}},
        field{"allowed_source_ids", &agent_configuration::allowed_source_ids, "empty: all"},
        field{"promotion_required", &agent_configuration::promotion_required, "only promoted versions trade live"},
        field{"promotion_min_trades", &agent_configuration::promotion_min_trades, "gate", rule{.least = 0}},
        field{"promotion_min_win_rate", &agent_configuration::promotion_min_win_rate, "gate",
              rule{.least = 0, .most = 1}},
        field{"promotion_min_net_pnl", &agent_configuration::promotion_min_net_pnl, "gate, USDT"},
        field{"promotion_max_drawdown", &agent_configuration::promotion_max_drawdown, "gate",
              rule{.least = 0, .most = 1}},
        field{"updated_at", &agent_configuration::updated_at, "market time"});
  }
};

/// A policy that may decide. Table agent_versions.
struct agent_version {
  std::string id;
  std::string name;
  std::string status;  ///< draft, evaluating, promoted, retired
  std::string pair;    ///< empty: any pair
  std::optional<instant> training_window_start;
  std::optional<instant> training_window_end;
  std::string algorithm_label;
  std::string hyperparameter_summary;
  std::string artifact_uri;
  std::string artifact_checksum;
  std::int64_t artifact_size_bytes = 0;
  std::string dataset_version_id;
  std::string dataset_hash;
  std::string feature_set_version_id;
  std::optional<instant> promoted_at;
  instant created_at{};

  static constexpr auto type_name = "agent_version";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &agent_version::id, "the version"}, field{"name", &agent_version::name, "for people"},
             field{"status", &agent_version::status, "draft, evaluating, promoted, retired"},
             field{"pair", &agent_version::pair, "empty: any"},
             field{"training_window_start", &agent_version::training_window_start, "of its data"},
             field{"training_window_end", &agent_version::training_window_end, "of its data"},
             field{"algorithm_label", &agent_version::algorithm_label, "what it is"},
             field{"hyperparameter_summary", &agent_version::hyperparameter_summary, "how it was made"},
             field{"artifact_uri", &agent_version::artifact_uri, "where its bytes are"},
             field{"artifact_checksum", &agent_version::artifact_checksum, "SHA-256, hex"},
             field{"artifact_size_bytes", &agent_version::artifact_size_bytes, "bytes"},
             field{"dataset_version_id", &agent_version::dataset_version_id, "provenance"},
             field{"dataset_hash", &agent_version::dataset_hash, "provenance"},
             field{"feature_set_version_id", &agent_version::feature_set_version_id, "provenance"},
             field{"promoted_at", &agent_version::promoted_at, "since when it decides"},
             field{"created_at", &agent_version::created_at, "market time"});
  }
};

/// A pair that may not enter, and why; it is lifted by two agreeing checks. Table quarantines.
struct quarantine {
  pair_name pair;
  bool active = true;
  std::string cause;  ///< stable word: books_disagree, order_unknown, too_many_restarts...
  std::string reason;
  int agreeing_checks = 0;
  instant since{};
  instant updated_at{};

  friend bool operator==(const quarantine&, const quarantine&) = default;
  static constexpr auto type_name = "quarantine";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &quarantine::pair, "the pair"}, field{"active", &quarantine::active, "in force"},
             field{"cause", &quarantine::cause, "stable word"}, field{"reason", &quarantine::reason, "in words"},
             field{"agreeing_checks", &quarantine::agreeing_checks, "checks in a row that agreed"},
             field{"since", &quarantine::since, "market time"},
             field{"updated_at", &quarantine::updated_at, "market time"});
  }
};

/// The first answer to a changing call, kept 24 h. Table idempotency_keys.
struct idempotency_record {
  std::string key;          ///< caller and Idempotency-Key
  std::string fingerprint;  ///< of method, path and body
  int status = 0;           ///< 0: begun, not answered
  std::string body;
  instant created_at{};

  static constexpr auto type_name = "idempotency_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"key", &idempotency_record::key, "caller and key"},
             field{"fingerprint", &idempotency_record::fingerprint, "of method, path and body"},
             field{"status", &idempotency_record::status, "HTTP status; 0 while it runs"},
             field{"body", &idempotency_record::body, "the answer"},
             field{"created_at", &idempotency_record::created_at, "market time"});
  }
};

/// A small durable fact by name: installation id, account, simulator state. Table desk_facts.
struct desk_fact {
  std::string name;
  std::string value;

  static constexpr auto type_name = "desk_fact";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"name", &desk_fact::name, "which fact"}, field{"value", &desk_fact::value, "its text"});
  }
};

}  // namespace rltrader
