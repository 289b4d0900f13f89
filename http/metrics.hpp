// The registry of measured values behind GET /metrics. Actors count and observe from any thread; nobody waits for a reader.
//
// Families are declared once, in the table of metrics.cpp; a family has a fixed number of series, and what comes beyond
// that is counted under the label value "other", so that labels stay bounded. Nothing is ever freed while the registry lives.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::http {

/// One family each, in the order of the page. The table of metrics.cpp has name, labels and sentence.
enum class metric : unsigned char {
  decisions,            ///< pair, action
  decision_latency,     ///< seconds
  decision_confidence,  ///< 0..1
  orders_submitted,     ///< pair, outcome
  orders_unknown,
  order_roundtrip,  ///< seconds
  slippage,         ///< basis points
  fills,            ///< pair
  breaker_state,    ///< scope
  exposure,         ///< pair, kind
  equity,
  daily_loss,
  reconcile_mismatches,  ///< kind
  pair_quarantined,      ///< pair
  pair_restarts,         ///< pair
  retry_queue_depth,     ///< status
  alerts_open,           ///< severity
  ingest_lag,            ///< pair, source
  feature_quality,       ///< pair
  bars,                  ///< pair
  dropped,               ///< what: messages dropped by a stated bound
  mailbox_depth,         ///< actor
  store_commit,          ///< seconds
  store_failures,        ///< store
  learning_cycle,        ///< seconds
  model_info,            ///< pair, version, stage
  desk_openings,
  http_requests,         ///< method, route, status
  http_request_seconds,  ///< seconds
  http_connections,
  build_info,  ///< version, commit, build_type
  count_of_families,
};

class metrics_registry {
 public:
  using labels = std::initializer_list<std::string_view>;

  metrics_registry();
  ~metrics_registry();
  metrics_registry(const metrics_registry&) = delete;
  metrics_registry& operator=(const metrics_registry&) = delete;

  /// Counters grow; gauges move by `by` too.
  void add(metric m, labels of = {}, double by = 1);
  /// Gauges.
  void set(metric m, labels of, double value);
  void set(metric m, double value) { set(m, {}, value); }
  /// Histograms; NaN is left out.
  void observe(metric m, double value, labels of = {});
  /// Hides the series of a family whose first label has this value, until they are set again: a former model, a pair gone.
  void retire(metric m, std::string_view first_label);

  /// Prometheus text format 0.0.4, families in order, with HELP and TYPE; older names as aliases.
  std::string text() const;

 private:
  struct series;
  struct family;

  series& series_of(metric m, labels of);

  std::unique_ptr<family[]> families_;
};

/// Adds process_* of this process, read from /proc.
void add_process_metrics(std::string& out);

}  // namespace rltrader::http
