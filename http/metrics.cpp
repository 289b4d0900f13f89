// The table of families, and their text.
#include "http/metrics.hpp"

#include "domain/result.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace rltrader::http {

namespace {

enum class family_kind : unsigned char { counter, gauge, histogram };

constexpr std::array latency_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                    0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
constexpr std::array cycle_bounds{1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0};
constexpr std::array ratio_bounds{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array slippage_bounds{-10.0, 0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0};

struct family_row {
  metric of;
  const char* name;
  family_kind kind;
  const char* sentence;
  std::array<const char*, 3> labels{};  ///< null beyond the last
  std::size_t series_most = 1;
  std::span<const double> bounds{};
  const char* alias = nullptr;  ///< the older name under which the same family is shown too
};

constexpr std::size_t per_pair = 64;

constexpr std::array table{
    family_row{metric::decisions,
               "rltrader_decisions_total",
               family_kind::counter,
               "Decisions by pair and action.",
               {"pair", "action"},
               4 * per_pair,
               {},
               "gvfx_agent_decisions_total"},
    family_row{metric::decision_latency,
               "rltrader_decision_latency_seconds",
               family_kind::histogram,
               "From a closed bar's arrival to its durable decision.",
               {},
               1,
               latency_bounds,
               "gvfx_decision_latency_seconds"},
    family_row{metric::decision_confidence,
               "rltrader_decision_confidence",
               family_kind::histogram,
               "Confidence of decisions, 0 to 1.",
               {},
               1,
               ratio_bounds},
    family_row{metric::orders_submitted,
               "rltrader_orders_submitted_total",
               family_kind::counter,
               "Orders sent, by pair and outcome.",
               {"pair", "outcome"},
               8 * per_pair},
    family_row{metric::orders_unknown, "rltrader_orders_unknown", family_kind::gauge,
               "Orders without the venue's word."},
    family_row{metric::order_roundtrip,
               "rltrader_order_roundtrip_seconds",
               family_kind::histogram,
               "From sending an order to the venue's word.",
               {},
               1,
               latency_bounds},
    family_row{metric::slippage,
               "rltrader_slippage_bps",
               family_kind::histogram,
               "Fill against the price the decision saw, in basis points; above zero costs.",
               {},
               1,
               slippage_bounds},
    family_row{
        metric::fills, "rltrader_fills_total", family_kind::counter, "Fills booked, by pair.", {"pair"}, per_pair},
    family_row{metric::breaker_state,
               "rltrader_breaker_state",
               family_kind::gauge,
               "0 active, 1 reducing, 2 halted, by scope.",
               {"scope"},
               per_pair + 1},
    family_row{metric::exposure,
               "rltrader_exposure",
               family_kind::gauge,
               "USDT at mark, worst case, by pair and kind.",
               {"pair", "kind"},
               4 * per_pair},
    family_row{metric::equity, "rltrader_equity", family_kind::gauge, "USDT: wallet and unrealised at mark."},
    family_row{metric::daily_loss, "rltrader_daily_loss", family_kind::gauge, "USDT since 00:00 UTC."},
    family_row{metric::reconcile_mismatches,
               "rltrader_reconcile_mismatch_total",
               family_kind::counter,
               "Differences between our books and the venue's, by kind.",
               {"kind"},
               32},
    family_row{metric::pair_quarantined,
               "rltrader_pair_quarantined",
               family_kind::gauge,
               "1 while a pair may not enter.",
               {"pair"},
               per_pair},
    family_row{metric::pair_restarts,
               "rltrader_pair_restarts_total",
               family_kind::counter,
               "Restarts of a pair's actor.",
               {"pair"},
               per_pair},
    family_row{
        metric::retry_queue_depth, "rltrader_retry_queue_depth", family_kind::gauge, "Jobs by status.", {"status"}, 8},
    family_row{
        metric::alerts_open, "rltrader_alerts_open", family_kind::gauge, "Open alerts by severity.", {"severity"}, 4},
    family_row{metric::ingest_lag,
               "rltrader_ingest_lag_seconds",
               family_kind::gauge,
               "Age of the newest data when it came, by pair and source.",
               {"pair", "source"},
               4 * per_pair},
    family_row{metric::feature_quality,
               "rltrader_feature_quality",
               family_kind::gauge,
               "Fraction of features present in the last decision.",
               {"pair"},
               per_pair},
    family_row{metric::bars,
               "rltrader_bars_total",
               family_kind::counter,
               "Closed bars received, by pair.",
               {"pair"},
               per_pair},
    family_row{metric::dropped,
               "rltrader_dropped_total",
               family_kind::counter,
               "What a stated bound dropped, by kind.",
               {"what"},
               32},
    family_row{metric::mailbox_depth,
               "rltrader_mailbox_depth",
               family_kind::gauge,
               "Messages that wait, by actor.",
               {"actor"},
               per_pair + 32},
    family_row{metric::store_commit,
               "rltrader_store_commit_seconds",
               family_kind::histogram,
               "One group commit of the ledger.",
               {},
               1,
               latency_bounds},
    family_row{metric::store_failures,
               "rltrader_store_failures_total",
               family_kind::counter,
               "Failed calls of a store, by store.",
               {"store"},
               8},
    family_row{metric::learning_cycle,
               "rltrader_learning_cycle_seconds",
               family_kind::histogram,
               "One learning cycle.",
               {},
               1,
               cycle_bounds},
    family_row{metric::model_info,
               "rltrader_model_info",
               family_kind::gauge,
               "1 for the model in charge of a pair.",
               {"pair", "version", "stage"},
               8 * per_pair},
    family_row{metric::desk_openings, "rltrader_desk_openings_total", family_kind::counter,
               "How often the desk was opened from the store."},
    family_row{metric::http_requests,
               "rltrader_http_requests_total",
               family_kind::counter,
               "Answered calls by method, route and status.",
               {"method", "route", "status"},
               1024},
    family_row{metric::http_request_seconds,
               "rltrader_http_request_seconds",
               family_kind::histogram,
               "From a call's last byte to its answer.",
               {},
               1,
               latency_bounds},
    family_row{metric::http_connections, "rltrader_http_connections", family_kind::gauge, "Open connections."},
    family_row{metric::build_info,
               "rltrader_build_info",
               family_kind::gauge,
               "1, with what was built.",
               {"version", "commit", "build_type"},
               2},
};
static_assert(table.size() == static_cast<std::size_t>(metric::count_of_families), "every metric has its row");
static_assert(
    [] {
      for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].of != static_cast<metric>(i)) return false;
      return true;
    }(),
    "rows stand in the order of the enum");

const family_row& row_of(metric m) { return table[static_cast<std::size_t>(m)]; }

std::size_t labels_of(const family_row& row) {
  std::size_t count = 0;
  while (count < row.labels.size() && row.labels[count] != nullptr) ++count;
  return count;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> out{};
  // People read bounds such as 0.0005 more easily than 5e-04; beyond these sizes the exponent is the shorter text.
  const bool plain = value == 0 || (std::abs(value) >= 1e-7 && std::abs(value) < 1e15);
  const auto end = plain ? std::to_chars(out.data(), out.data() + out.size(), value, std::chars_format::fixed)
                         : std::to_chars(out.data(), out.data() + out.size(), value);
  return std::string(out.data(), end.ptr);
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

void add_labels(std::string& out, const family_row& row, const std::array<std::string, 3>& values,
                std::string_view bound) {
  std::string inside;
  for (std::size_t i = 0; i < labels_of(row); ++i)
    inside += (inside.empty() ? "" : ",") + std::string(row.labels[i]) + "=\"" + escaped(values[i]) + "\"";
  if (!bound.empty()) inside += (inside.empty() ? "le=\"" : ",le=\"") + std::string(bound) + "\"";
  if (!inside.empty()) out += "{" + inside + "}";
}

}  // namespace

struct metrics_registry::series {
  /// Claimed once, in the order of the slots; after `shown` or `hidden` the labels never change.
  enum class slot : unsigned char { free, claimed, shown, hidden };
  std::atomic<slot> state{slot::free};
  std::array<std::string, 3> labels;
  std::atomic<double> value{0};                          ///< histograms: the sum
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts;  ///< histograms: one a bound and one above all
};

struct metrics_registry::family {
  std::unique_ptr<series[]> slots;
  std::size_t size = 0;
};

metrics_registry::metrics_registry() : families_(std::make_unique<family[]>(table.size())) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto& f = families_[i];
    f.size = table[i].series_most + 1;  // the last one is "other"
    f.slots = std::make_unique<series[]>(f.size);
    for (std::size_t k = 0; k < f.size && !table[i].bounds.empty(); ++k)
      f.slots[k].counts = std::make_unique<std::atomic<std::uint64_t>[]>(table[i].bounds.size() + 1);
  }
  // What has no labels is shown from the start, at zero.
  for (const auto& row : table)
    if (labels_of(row) == 0) series_of(row.of, {});
}

metrics_registry::~metrics_registry() = default;

metrics_registry::series& metrics_registry::series_of(metric m, labels of) {
  const auto& row = row_of(m);
  must(of.size() == labels_of(row), "a series has as many label values as its family has labels");
  const auto fits = [&](const series& s) {
    std::size_t i = 0;
    for (const auto value : of)
      if (s.labels[i++] != value) return false;
    return true;
  };
  auto& f = families_[static_cast<std::size_t>(m)];
  for (std::size_t k = 0; k + 1 < f.size; ++k) {
    auto& s = f.slots[k];
    auto state = s.state.load(std::memory_order_acquire);
    if (state == series::slot::free &&
        s.state.compare_exchange_strong(state, series::slot::claimed, std::memory_order_acquire)) {
      std::size_t i = 0;
      for (const auto value : of) s.labels[i++] = std::string(value);
      s.state.store(series::slot::shown, std::memory_order_release);
      return s;
    }
    // Another thread writes these labels right now, a few instructions long; without this wait two series could be equal.
    while (state == series::slot::claimed) state = s.state.load(std::memory_order_acquire);
    if (!fits(s)) continue;
    if (state == series::slot::hidden) s.state.store(series::slot::shown, std::memory_order_release);
    return s;
  }
  auto& other = f.slots[f.size - 1];
  auto state = series::slot::free;
  if (other.state.compare_exchange_strong(state, series::slot::claimed, std::memory_order_acquire)) {
    for (std::size_t i = 0; i < labels_of(row); ++i) other.labels[i] = "other";
    other.state.store(series::slot::shown, std::memory_order_release);
  }
  return other;
}

void metrics_registry::add(metric m, labels of, double by) {
  series_of(m, of).value.fetch_add(by, std::memory_order_relaxed);
}

void metrics_registry::set(metric m, labels of, double value) {
  series_of(m, of).value.store(value, std::memory_order_relaxed);
}

void metrics_registry::observe(metric m, double value, labels of) {
  if (std::isnan(value)) return;
  const auto& bounds = row_of(m).bounds;
  must(!bounds.empty(), "only a histogram observes");
  auto& s = series_of(m, of);
  std::size_t bucket = 0;
  while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
  s.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  s.value.fetch_add(value, std::memory_order_relaxed);
}

void metrics_registry::retire(metric m, std::string_view first_label) {
  auto& f = families_[static_cast<std::size_t>(m)];
  for (std::size_t k = 0; k < f.size; ++k) {
    auto& s = f.slots[k];
    if (s.state.load(std::memory_order_acquire) != series::slot::shown || s.labels[0] != first_label) continue;
    s.value.store(0, std::memory_order_relaxed);
    s.state.store(series::slot::hidden, std::memory_order_release);
  }
}

std::string metrics_registry::text() const {
  std::string out;
  const auto kind_text = [](family_kind kind) {
    switch (kind) {
      case family_kind::counter: return "counter";
      case family_kind::gauge: return "gauge";
      case family_kind::histogram: return "histogram";
    }
    return "untyped";
  };
  const auto write_histogram = [&](const family_row& row, const char* name, const series& s) {
    std::uint64_t count = 0;
    for (std::size_t b = 0; b <= row.bounds.size(); ++b) {
      count += s.counts[b].load(std::memory_order_relaxed);
      out += std::string(name) + "_bucket";
      add_labels(out, row, s.labels, b < row.bounds.size() ? number_text(row.bounds[b]) : "+Inf");
      out += " " + std::to_string(count) + "\n";
    }
    out += std::string(name) + "_sum";
    add_labels(out, row, s.labels, {});
    out += " " + number_text(s.value.load(std::memory_order_relaxed)) + "\n" + name + "_count";
    add_labels(out, row, s.labels, {});
    out += " " + std::to_string(count) + "\n";
  };
  const auto write_family = [&](const family_row& row, const char* name) {
    out += std::string("# HELP ") + name + " " + row.sentence + "\n# TYPE " + name + " " + kind_text(row.kind) + "\n";
    const auto& f = families_[static_cast<std::size_t>(row.of)];
    for (std::size_t k = 0; k < f.size; ++k) {
      const auto& s = f.slots[k];
      if (s.state.load(std::memory_order_acquire) != series::slot::shown) continue;
      if (row.kind == family_kind::histogram) {
        write_histogram(row, name, s);
        continue;
      }
      out += name;
      add_labels(out, row, s.labels, {});
      out += " " + number_text(s.value.load(std::memory_order_relaxed)) + "\n";
    }
  };
  for (const auto& row : table) {
    write_family(row, row.name);
    if (row.alias != nullptr) write_family(row, row.alias);
  }
  return out;
}

}  // namespace rltrader::http
