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
  t.push_back({"evaluation_reports",
               record_of<evaluation_report>(),
               upsert,
               {"id"},
               {"agent_version_id,created_at", "pair,created_at", "status,created_at", "created_at"},
               {.time = "created_at", .id = "id", .pair = "pair", .status = "status", .run = "agent_version_id"},
               {verdict_stays}});
  t.push_back({"model_artifacts",
               record_of<model_artifact>(),
               upsert,
               {"id"},
               {"agent_version_id,created_at", "created_at"},
               {.time = "created_at", .id = "id", .pair = "pair", .run = "agent_version_id"},
               {same_bytes},
               true,
               {"artifact_uri", "\"artifact_uri\"<>''"}});
  t.push_back({"learning_updates",
               record_of<learning_update>(),
               upsert,
               {"id"},
               {"agent_version_id,started_at", "pair,started_at", "status,started_at", "started_at"},
               {.time = "started_at",
                .id = "id",
                .pair = "pair",
                .status = "status",
                .run = "agent_version_id",
                .mode = "stage"},
               {cycle_stays_ended}});
  t.push_back({"dataset_versions",
               record_of<dataset_version>(),
               upsert,
               {"id"},
               {"dataset_hash", "pair,created_at", "created_at"},
               {.time = "created_at", .id = "id", .pair = "pair", .run = "feature_set_version_id"},
               {same_dataset}});
  t.push_back({"dataset_lineage",
               record_of<dataset_lineage>(),
               upsert,
               {"dataset_id"},
               {"created_at"},
               {.time = "created_at", .id = "dataset_id"}});
  t.push_back({"feature_set_versions",
               record_of<feature_set_version>(),
               upsert,
               {"id"},
               {"created_at"},
               {.time = "created_at", .id = "id"},
               {same_features},
               true,
               {"label", "\"label\"<>''"}});
  t.push_back({"market_input_snapshots",
               record_of<market_input_snapshot>(),
               keep_first,
               {"id"},
               {"pair,captured_at", "trade_decision_id", "captured_at"},
               {.time = "captured_at",
                .id = "id",
                .pair = "pair",
                .run = "agent_version_id",
                .decision = "trade_decision_id"}});
}

}  // namespace rltrader::storage
