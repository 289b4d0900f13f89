// Rows of ingestion: whom we listen to, how contracts are called, and what each fetch brought.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <map>
#include <optional>
#include <string>

namespace rltrader {

/// Somebody or something that is listened to. Table sources, one row a type and identifier.
struct source_record {
  std::string id{};
  std::string type{};
  std::string identifier{};
  std::string display_name{};
  std::string category{};
  std::string status{};
  bool enabled = true;
  std::string source{};
  instant created_at{};
  instant updated_at{};

  static constexpr auto type_name = "source_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &source_record::id, "the source"},
             field{"type", &source_record::type, "telegram, tradingview, news..."},
             field{"identifier", &source_record::identifier, "channel, profile or address"},
             field{"display_name", &source_record::display_name, "for people"},
             field{"category", &source_record::category, "for people"},
             field{"status", &source_record::status, "active or paused"},
             field{"enabled", &source_record::enabled, "is fetched"},
             field{"source", &source_record::source, "where the data came from: sim, replay, fixture, bingx..."},
             field{"created_at", &source_record::created_at, "market time"},
             field{"updated_at", &source_record::updated_at, "last change"});
  }
};

/// A contract under its own name and the venue's. Table instrument_mappings.
struct instrument_mapping {
  std::string canonical_instrument_id{};
  std::string venue{};
  std::string venue_symbol{};
  std::string contract_type{};
  price tick_size{};
  quantity step_size{};
  quantity contract_multiplier{};
  std::string margin_currency{};
  rate maker_fee_bps{};
  rate taker_fee_bps{};
  std::map<std::string, std::string> vip_tier_metadata{};
  std::string source{};
  instant updated_at{};

  static constexpr auto type_name = "instrument_mapping";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"canonical_instrument_id", &instrument_mapping::canonical_instrument_id, "ours"},
        field{"venue", &instrument_mapping::venue, "bingx"},
        field{"venue_symbol", &instrument_mapping::venue_symbol, "the venue's"},
        field{"contract_type", &instrument_mapping::contract_type, "PERP"},
        field{"tick_size", &instrument_mapping::tick_size, "USDT; a price is a multiple of it", rule{.least = 0}},
        field{"step_size", &instrument_mapping::step_size, "base coins; a quantity is a multiple of it",
              rule{.least = 0}},
        field{"contract_multiplier", &instrument_mapping::contract_multiplier, "base coins a contract",
              rule{.least = 0}},
        field{"margin_currency", &instrument_mapping::margin_currency, "USDT"},
        field{"maker_fee_bps", &instrument_mapping::maker_fee_bps, "basis points of the notional, 2 is 0.02 %"},
        field{"taker_fee_bps", &instrument_mapping::taker_fee_bps, "basis points of the notional, 5 is 0.05 %"},
        field{"vip_tier_metadata", &instrument_mapping::vip_tier_metadata, "the account's tier, as the venue says"},
        field{"source", &instrument_mapping::source, "where the data came from: sim, replay, fixture, bingx..."},
        field{"updated_at", &instrument_mapping::updated_at, "last change"});
  }
};

/// One fetch of a source. Table ingestion_runs.
struct ingestion_run {
  std::string id{};
  std::string source_type{};
  std::string source_id{};
  std::string feed{};
  pair_name pair{};
  std::string trigger{};
  std::string status{};
  std::optional<instant> window_start{};
  std::optional<instant> window_end{};
  instant started_at{};
  std::optional<instant> finished_at{};
  int new_count = 0;
  int updated_count = 0;
  int error_count = 0;
  std::string error_summary{};
  double coverage_pct = 0;
  int missing_fields_count = 0;
  double parse_confidence = 0;
  std::string source{};

  static constexpr auto type_name = "ingestion_run";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &ingestion_run::id, "the run"},
        field{"source_type", &ingestion_run::source_type, "what was fetched"},
        field{"source_id", &ingestion_run::source_id, "the source, if one"},
        field{"feed", &ingestion_run::feed, "which of its feeds"},
        field{"pair", &ingestion_run::pair, "the pair, if one"},
        field{"trigger", &ingestion_run::trigger, "schedule, manual, backfill or start"},
        field{"status", &ingestion_run::status, "running, succeeded, failed or skipped"},
        field{"window_start", &ingestion_run::window_start, "of what was asked for"},
        field{"window_end", &ingestion_run::window_end, "exclusive"},
        field{"started_at", &ingestion_run::started_at, "market time"},
        field{"finished_at", &ingestion_run::finished_at, "market time, once ended"},
        field{"new_count", &ingestion_run::new_count, "rows that were new", rule{.least = 0}},
        field{"updated_count", &ingestion_run::updated_count, "rows that had changed", rule{.least = 0}},
        field{"error_count", &ingestion_run::error_count, "rows that could not be read", rule{.least = 0}},
        field{"error_summary", &ingestion_run::error_summary, "the first of them, in words"},
        field{"coverage_pct", &ingestion_run::coverage_pct, "percent of what should be there",
              rule{.least = 0, .most = 100}},
        field{"missing_fields_count", &ingestion_run::missing_fields_count, "fields without a value", rule{.least = 0}},
        field{"parse_confidence", &ingestion_run::parse_confidence, "0..1", rule{.least = 0, .most = 1}},
        field{"source", &ingestion_run::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// One comparison of a source's ideas with ours. Table sync_runs.
struct sync_run {
  std::string id{};
  std::string source_id{};
  std::string status{};
  instant started_at{};
  std::optional<instant> finished_at{};
  int new_count = 0;
  int updated_count = 0;
  int error_count = 0;
  std::string error_summary{};
  double coverage_pct = 0;
  int missing_fields_count = 0;
  double parse_confidence = 0;
  std::string source{};

  static constexpr auto type_name = "sync_run";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &sync_run::id, "the run"}, field{"source_id", &sync_run::source_id, "the source"},
             field{"status", &sync_run::status, "running, succeeded, failed or skipped"},
             field{"started_at", &sync_run::started_at, "market time"},
             field{"finished_at", &sync_run::finished_at, "market time, once ended"},
             field{"new_count", &sync_run::new_count, "rows that were new", rule{.least = 0}},
             field{"updated_count", &sync_run::updated_count, "rows that had changed", rule{.least = 0}},
             field{"error_count", &sync_run::error_count, "rows that could not be read", rule{.least = 0}},
             field{"error_summary", &sync_run::error_summary, "the first of them, in words"},
             field{"coverage_pct", &sync_run::coverage_pct, "percent of what should be there",
                   rule{.least = 0, .most = 100}},
             field{"missing_fields_count", &sync_run::missing_fields_count, "fields without a value", rule{.least = 0}},
             field{"parse_confidence", &sync_run::parse_confidence, "0..1", rule{.least = 0, .most = 1}},
             field{"source", &sync_run::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

}  // namespace rltrader
