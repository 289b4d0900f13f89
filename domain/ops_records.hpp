// Rows of operation: alerts, durable jobs, measured values, first answers, facts by name.
#pragma once

#include "domain/order.hpp"

#include <map>
#include <optional>
#include <string>

namespace rltrader {

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
