// The tables of learning: evaluations, artifacts, cycles, datasets, features, what decisions saw.
#include "adapters/storage/table_rows.hpp"

namespace rltrader::storage {

namespace {

// A policy is promoted by what stands here, so it may not be mended afterwards (I15).
constexpr guard verdict_stays{"OLD.\"status\"<>'running' AND NEW.\"status\"<>OLD.\"status\"",
                              "it has its verdict and keeps it"};
constexpr guard cycle_stays_ended{"OLD.\"status\"<>'running' AND NEW.\"status\"<>OLD.\"status\"",
                                  "it has ended and stays as it ended"};
constexpr guard same_bytes{
    "NEW.\"artifact_checksum\"<>OLD.\"artifact_checksum\" OR NEW.\"artifact_size_bytes\"<>OLD.\"artifact_size_bytes\"",
    "its bytes cannot change"};
constexpr guard same_dataset{"NEW.\"dataset_hash\"<>OLD.\"dataset_hash\" OR NEW.\"checksum\"<>OLD.\"checksum\"",
                             "a dataset is never changed; write another one"};
constexpr guard same_features{"NEW.\"feature_schema_fingerprint\"<>OLD.\"feature_schema_fingerprint\"",
                              "a feature set is never changed; write another version"};

}  // namespace

void add_learning_tables(std::vector<table>& t) {
  using enum write_rule;
  t.push_back(
      {.name = "evaluation_reports",
       .record = record_of<evaluation_report>(),
       .rule = upsert,
       .key = {"id"},
       .indexes = {"agent_version_id,created_at", "pair,created_at", "status,created_at", "created_at"},
       .asked = {.time = "created_at", .id = "id", .pair = "pair", .status = "status", .run = "agent_version_id"},
       .guards = {verdict_stays},
       .source_column = "source"});
  t.push_back({.name = "model_artifacts",
               .record = record_of<model_artifact>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"agent_version_id,created_at", "created_at"},
               .asked = {.time = "created_at", .id = "id", .pair = "pair", .run = "agent_version_id"},
               .guards = {same_bytes},
               .unique = {"artifact_uri", "\"artifact_uri\"<>''"},
               .source_column = "source"});
  t.push_back({.name = "learning_updates",
               .record = record_of<learning_update>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"agent_version_id,started_at", "pair,started_at", "status,started_at", "started_at"},
               .asked = {.time = "started_at",
                         .id = "id",
                         .pair = "pair",
                         .status = "status",
                         .run = "agent_version_id",
                         .mode = "stage"},
               .guards = {cycle_stays_ended},
               .source_column = "source"});
  t.push_back({.name = "dataset_versions",
               .record = record_of<dataset_version>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"dataset_hash", "pair,created_at", "created_at"},
               .asked = {.time = "created_at", .id = "id", .pair = "pair", .run = "feature_set_version_id"},
               .guards = {same_dataset},
               .source_column = "source"});
  t.push_back({.name = "dataset_lineage",
               .record = record_of<dataset_lineage>(),
               .rule = upsert,
               .key = {"dataset_id"},
               .indexes = {"created_at"},
               .asked = {.time = "created_at", .id = "dataset_id"},
               .source_column = "source"});
  t.push_back({.name = "feature_set_versions",
               .record = record_of<feature_set_version>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"created_at"},
               .asked = {.time = "created_at", .id = "id"},
               .guards = {same_features},
               .unique = {"label", "\"label\"<>''"}});
  t.push_back({.name = "market_input_snapshots",
               .record = record_of<market_input_snapshot>(),
               .rule = keep_first,
               .key = {"id"},
               .indexes = {"pair,captured_at", "trade_decision_id", "captured_at"},
               .asked = {.time = "captured_at",
                         .id = "id",
                         .pair = "pair",
                         .run = "agent_version_id",
                         .decision = "trade_decision_id"},
               .source_column = "source"});
}

}  // namespace rltrader::storage
