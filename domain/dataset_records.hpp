// Rows of datasets: what was learned from, what it was made of, which features, and what a decision saw.
#pragma once

#include "domain/market.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rltrader {

/// What a policy learned from or was judged on; never changed once written. Table dataset_versions.
struct dataset_version {
  std::string id{};
  pair_name pair{};
  rltrader::interval interval{};
  instant start_at{};
  instant end_at{};
  std::string checksum{};
  std::string dataset_hash{};
  int window_size = 0;
  int stride = 0;
  std::int64_t row_count = 0;
  std::string feature_set_version_id{};
  std::string feature_schema_fingerprint{};
  std::string source{};
  instant created_at{};

  static constexpr auto type_name = "dataset_version";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &dataset_version::id, "the dataset"}, field{"pair", &dataset_version::pair, "the pair"},
             field{"interval", &dataset_version::interval, "of its bars"},
             field{"start_at", &dataset_version::start_at, "first bar"},
             field{"end_at", &dataset_version::end_at, "exclusive"},
             field{"checksum", &dataset_version::checksum, "SHA-256 of the bars, hex", rule{.longest = 64}},
             field{"dataset_hash", &dataset_version::dataset_hash,
                   "over bars, features and windows: what the dataset is", rule{.longest = 64}},
             field{"window_size", &dataset_version::window_size, "bars a sample sees", rule{.least = 0}},
             field{"stride", &dataset_version::stride, "bars from sample to sample", rule{.least = 0}},
             field{"row_count", &dataset_version::row_count, "bars", rule{.least = 0}},
             field{"feature_set_version_id", &dataset_version::feature_set_version_id, "of its features"},
             field{"feature_schema_fingerprint", &dataset_version::feature_schema_fingerprint, "of its features"},
             field{"source", &dataset_version::source, "where the data came from: sim, replay, fixture, bingx..."},
             field{"created_at", &dataset_version::created_at, "market time"});
  }
};

/// What a dataset was made of. Table dataset_lineage.
struct dataset_lineage {
  std::string dataset_id{};
  std::vector<std::string> source_run_ids{};
  std::vector<std::string> parent_dataset_ids{};
  std::string source{};
  instant created_at{};

  static constexpr auto type_name = "dataset_lineage";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"dataset_id", &dataset_lineage::dataset_id, "the dataset"},
             field{"source_run_ids", &dataset_lineage::source_run_ids, "ingestion runs that brought its bars"},
             field{"parent_dataset_ids", &dataset_lineage::parent_dataset_ids, "datasets that it was made from"},
             field{"source", &dataset_lineage::source, "where the data came from: sim, replay, fixture, bingx..."},
             field{"created_at", &dataset_lineage::created_at, "market time"});
  }
};

/// A list of features under a name; a model fits only the one that it was trained on. Table feature_set_versions.
struct feature_set_version {
  std::string id{};
  std::string label{};
  std::string description{};
  rltrader::interval interval{};
  std::vector<rltrader::interval> context_intervals{};
  std::vector<std::string> feature_names{};
  std::string feature_schema_fingerprint{};
  instant created_at{};

  static constexpr auto type_name = "feature_set_version";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &feature_set_version::id, "the version"},
             field{"label", &feature_set_version::label, "for people, one version a label"},
             field{"description", &feature_set_version::description, "for people"},
             field{"interval", &feature_set_version::interval, "of its bars"},
             field{"context_intervals", &feature_set_version::context_intervals, "longer ones it looks at"},
             field{"feature_names", &feature_set_version::feature_names, "in the order of the vector"},
             field{"feature_schema_fingerprint", &feature_set_version::feature_schema_fingerprint,
                   "over version, intervals and names"},
             field{"created_at", &feature_set_version::created_at, "market time"});
  }
};

/// What a decision was made from, by reference; kept as first written. Table market_input_snapshots.
struct market_input_snapshot {
  std::string id{};
  pair_name pair{};
  decision_id decision{};
  instant captured_at{};
  std::string dataset_version_id{};
  std::string dataset_hash{};
  std::string feature_set_version_id{};
  std::string agent_version_id{};
  std::string artifact_uri{};
  std::string market_features_ref{};
  std::string chart_features_ref{};
  std::string idea_features_ref{};
  std::string signal_features_ref{};
  std::string news_features_ref{};
  std::map<std::string, std::string> metadata{};
  std::string source{};

  static constexpr auto type_name = "market_input_snapshot";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &market_input_snapshot::id, "the snapshot"},
        field{"pair", &market_input_snapshot::pair, "the pair"},
        field{"trade_decision_id", &market_input_snapshot::decision, "the decision, if one was made"},
        field{"captured_at", &market_input_snapshot::captured_at, "market time"},
        field{"dataset_version_id", &market_input_snapshot::dataset_version_id, "provenance"},
        field{"dataset_hash", &market_input_snapshot::dataset_hash, "provenance"},
        field{"feature_set_version_id", &market_input_snapshot::feature_set_version_id, "provenance"},
        field{"agent_version_id", &market_input_snapshot::agent_version_id, "the policy"},
        field{"artifact_uri", &market_input_snapshot::artifact_uri, "its bytes"},
        field{"market_features_ref", &market_input_snapshot::market_features_ref, "row that holds them"},
        field{"chart_features_ref", &market_input_snapshot::chart_features_ref, "row that holds them"},
        field{"idea_features_ref", &market_input_snapshot::idea_features_ref, "row that holds them"},
        field{"signal_features_ref", &market_input_snapshot::signal_features_ref, "row that holds them"},
        field{"news_features_ref", &market_input_snapshot::news_features_ref, "row that holds them"},
        field{"metadata", &market_input_snapshot::metadata, "more"},
        field{"source", &market_input_snapshot::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

}  // namespace rltrader
