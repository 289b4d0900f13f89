// Rows of data sources: how they do, what was set for them, gaps and quality.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace rltrader {

/// What kind of data comes in; each has its own freshness.
enum class source_type : unsigned char {
  bingx_candles,
  bingx_orderbook,
  bingx_trades,
  bingx_funding,
  bingx_open_interest,
  bingx_mark_price,
  bingx_index_price,
  bingx_ticker,
  ideas,
  signals,
  news,
  ocr_text,
  trades
};
constexpr auto words(source_type) {
  return std::array{word{source_type::bingx_candles, "bingx_candles"},
                    word{source_type::bingx_orderbook, "bingx_orderbook"},
                    word{source_type::bingx_trades, "bingx_trades"},
                    word{source_type::bingx_funding, "bingx_funding"},
                    word{source_type::bingx_open_interest, "bingx_open_interest"},
                    word{source_type::bingx_mark_price, "bingx_mark_price"},
                    word{source_type::bingx_index_price, "bingx_index_price"},
                    word{source_type::bingx_ticker, "bingx_ticker"},
                    word{source_type::ideas, "ideas"},
                    word{source_type::signals, "signals"},
                    word{source_type::news, "news"},
                    word{source_type::ocr_text, "ocr_text"},
                    word{source_type::trades, "trades"}};
}

/// Whether a source can be relied on now.
enum class source_state : unsigned char { ok, stale, unavailable };
constexpr auto words(source_state) {
  return std::array{word{source_state::ok, "ok"}, word{source_state::stale, "stale"},
                    word{source_state::unavailable, "unavailable"}};
}

/// What a look at a source's data found.
enum class quality_state : unsigned char { ok, degraded, failed };
constexpr auto words(quality_state) {
  return std::array{word{quality_state::ok, "ok"}, word{quality_state::degraded, "degraded"},
                    word{quality_state::failed, "failed"}};
}

/// A gap is found, being filled, or filled.
enum class gap_status : unsigned char { open, healing, resolved };
constexpr auto words(gap_status) {
  return std::array{word{gap_status::open, "open"}, word{gap_status::healing, "healing"},
                    word{gap_status::resolved, "resolved"}};
}

/// Whether decisions may listen to a source. Table source_policies, one row a source and type.
struct source_policy {
  std::string source_id{};
  std::string source_type{};
  bool enabled = true;
  std::optional<double> min_confidence_score{};
  std::string notes{};
  instant updated_at{};

  static constexpr auto type_name = "source_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"source_id", &source_policy::source_id, "the source; empty: all of the type"},
             field{"source_type", &source_policy::source_type, "telegram, tradingview, news..."},
             field{"enabled", &source_policy::enabled, "may be listened to"},
             field{"min_confidence_score", &source_policy::min_confidence_score, "below it: ignored",
                   rule{.least = 0, .most = 1}},
             field{"notes", &source_policy::notes, "for people"},
             field{"updated_at", &source_policy::updated_at, "last change"});
  }
};

/// How a source of a pair does now. Table data_source_status, one row a pair and type.
struct data_source_status {
  pair_name pair{};
  rltrader::source_type source_type{};
  source_state status{};
  std::optional<instant> last_seen_at{};
  int freshness_threshold_seconds = 0;
  double coverage_pct = 0;
  int missing_fields_count = 0;
  double parse_confidence = 0;
  std::string source{};
  instant updated_at{};

  static constexpr auto type_name = "data_source_status";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &data_source_status::pair, "the pair"},
             field{"source_type", &data_source_status::source_type, "of what"},
             field{"status", &data_source_status::status, "ok, stale or unavailable"},
             field{"last_seen_at", &data_source_status::last_seen_at, "time of its newest data"},
             field{"freshness_threshold_seconds", &data_source_status::freshness_threshold_seconds,
                   "seconds; older is stale", rule{.least = 0}},
             field{"coverage_pct", &data_source_status::coverage_pct, "percent of what should be there",
                   rule{.least = 0, .most = 100}},
             field{"missing_fields_count", &data_source_status::missing_fields_count, "fields without a value",
                   rule{.least = 0}},
             field{"parse_confidence", &data_source_status::parse_confidence, "0..1", rule{.least = 0, .most = 1}},
             field{"source", &data_source_status::source, "where the data came from: sim, replay, fixture, bingx..."},
             field{"updated_at", &data_source_status::updated_at, "last look"});
  }
};

/// What an operator set for a source of a pair. Table data_source_configs, one row a pair and type.
struct data_source_config {
  pair_name pair{};
  rltrader::source_type source_type{};
  bool enabled = true;
  int freshness_threshold_seconds = 0;
  std::optional<double> min_coverage_pct{};
  std::optional<int> refresh_interval_seconds{};
  std::optional<int> backfill_max_days{};
  std::optional<int> rate_limit_per_minute{};
  std::optional<int> backoff_base_seconds{};
  std::optional<int> backoff_max_seconds{};
  instant updated_at{};

  static constexpr auto type_name = "data_source_config";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"pair", &data_source_config::pair, "the pair; empty: all"},
        field{"source_type", &data_source_config::source_type, "of what"},
        field{"enabled", &data_source_config::enabled, "is fetched"},
        field{"freshness_threshold_seconds", &data_source_config::freshness_threshold_seconds,
              "seconds; older is stale", rule{.least = 0}},
        field{"min_coverage_pct", &data_source_config::min_coverage_pct, "percent; less is degraded",
              rule{.least = 0, .most = 100}},
        field{"refresh_interval_seconds", &data_source_config::refresh_interval_seconds, "seconds between fetches",
              rule{.least = 0}},
        field{"backfill_max_days", &data_source_config::backfill_max_days, "days back at most", rule{.least = 0}},
        field{"rate_limit_per_minute", &data_source_config::rate_limit_per_minute, "requests a minute at most",
              rule{.least = 0}},
        field{"backoff_base_seconds", &data_source_config::backoff_base_seconds, "seconds after the first failure",
              rule{.least = 0}},
        field{"backoff_max_seconds", &data_source_config::backoff_max_seconds, "seconds at most", rule{.least = 0}},
        field{"updated_at", &data_source_config::updated_at, "last change"});
  }
};

/// Data that should be there and is not. Table data_gap_events; of one place there is one that is not resolved.
struct data_gap_event {
  std::string id{};
  pair_name pair{};
  rltrader::source_type source_type{};
  std::string interval{};
  instant gap_start{};
  instant gap_end{};
  int expected_interval_seconds = 0;
  std::int64_t gap_seconds = 0;
  std::int64_t missing_points = 0;
  gap_status status{};
  instant detected_at{};
  instant last_seen_at{};
  std::optional<instant> resolved_at{};
  int heal_attempts = 0;
  std::optional<instant> last_heal_at{};
  std::map<std::string, std::string> details{};
  std::string source{};

  static constexpr auto type_name = "data_gap_event";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &data_gap_event::id, "the gap"}, field{"pair", &data_gap_event::pair, "the pair"},
             field{"source_type", &data_gap_event::source_type, "of what"},
             field{"interval", &data_gap_event::interval, "of the bars; empty where there are none"},
             field{"gap_start", &data_gap_event::gap_start, "first that is missing"},
             field{"gap_end", &data_gap_event::gap_end, "exclusive"},
             field{"expected_interval_seconds", &data_gap_event::expected_interval_seconds, "seconds between points",
                   rule{.least = 0}},
             field{"gap_seconds", &data_gap_event::gap_seconds, "seconds", rule{.least = 0}},
             field{"missing_points", &data_gap_event::missing_points, "how many", rule{.least = 0}},
             field{"status", &data_gap_event::status, "open, healing or resolved"},
             field{"detected_at", &data_gap_event::detected_at, "first seen"},
             field{"last_seen_at", &data_gap_event::last_seen_at, "last seen"},
             field{"resolved_at", &data_gap_event::resolved_at, "when it was filled"},
             field{"heal_attempts", &data_gap_event::heal_attempts, "tries so far", rule{.least = 0}},
             field{"last_heal_at", &data_gap_event::last_heal_at, "the last try"},
             field{"details", &data_gap_event::details, "more"},
             field{"source", &data_gap_event::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// What a look at a source's data found. Table data_quality_metrics.
struct data_quality_metric {
  pair_name pair{};
  rltrader::source_type source_type{};
  instant computed_at{};
  double coverage_pct = 0;
  int missing_fields_count = 0;
  double parse_confidence = 0;
  quality_state status{};
  std::string source{};

  static constexpr auto type_name = "data_quality_metric";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &data_quality_metric::pair, "the pair"},
             field{"source_type", &data_quality_metric::source_type, "of what"},
             field{"computed_at", &data_quality_metric::computed_at, "market time"},
             field{"coverage_pct", &data_quality_metric::coverage_pct, "percent of what should be there",
                   rule{.least = 0, .most = 100}},
             field{"missing_fields_count", &data_quality_metric::missing_fields_count, "fields without a value",
                   rule{.least = 0}},
             field{"parse_confidence", &data_quality_metric::parse_confidence, "0..1", rule{.least = 0, .most = 1}},
             field{"status", &data_quality_metric::status, "ok, degraded or failed"},
             field{"source", &data_quality_metric::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

}  // namespace rltrader
