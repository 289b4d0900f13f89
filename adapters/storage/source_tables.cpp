// The tables of sources: how each does, what was set for it, gaps, runs, contracts, and what people publish.
#include "adapters/storage/table_rows.hpp"

namespace rltrader::storage {

namespace {

/// A source has one text of an external id; a source that names none may say anything twice.
constexpr partial_key one_of_a_source{"source_id,external_id", "\"external_id\"<>''"};

}  // namespace

void add_source_tables(std::vector<table>& t) {
  using enum write_rule;
  t.push_back({"source_policies",
               record_of<source_policy>(),
               upsert,
               {"source_id", "source_type"},
               {},
               {.time = "updated_at", .id = "source_id", .run = "source_type"}});
  t.push_back({"data_source_status",
               record_of<data_source_status>(),
               upsert,
               {"pair", "source_type"},
               {},
               {.time = "updated_at", .pair = "pair", .status = "status", .run = "source_type"}});
  t.push_back({"data_source_configs",
               record_of<data_source_config>(),
               upsert,
               {"pair", "source_type"},
               {},
               {.time = "updated_at", .pair = "pair", .run = "source_type"}});
  t.push_back({"data_gap_events",
               record_of<data_gap_event>(),
               upsert,
               {"id"},
               {"status,detected_at", "pair,source_type,detected_at", "detected_at"},
               {.time = "detected_at", .id = "id", .pair = "pair", .status = "status", .run = "source_type"},
               {},
               true,
               {"pair,source_type,interval,gap_start", "\"status\" IN ('open','healing')"}});
  t.push_back({"drift_alerts",
               record_of<drift_alert>(),
               upsert,
               {"id"},
               {"agent_id,detected_at", "status,detected_at", "detected_at"},
               {.time = "detected_at", .id = "id", .pair = "pair", .status = "status", .run = "agent_id"}});
  t.push_back({"instrument_mappings",
               record_of<instrument_mapping>(),
               upsert,
               {"canonical_instrument_id"},
               {},
               {.time = "updated_at", .id = "canonical_instrument_id", .run = "venue"},
               {},
               true,
               {"venue,venue_symbol", "\"venue_symbol\"<>''"}});
  t.push_back({"ingestion_runs",
               record_of<ingestion_run>(),
               upsert,
               {"id"},
               {"source_type,started_at", "source_id,started_at", "status,started_at", "started_at"},
               {.time = "started_at",
                .id = "id",
                .pair = "pair",
                .status = "status",
                .run = "source_type",
                .run_too = "source_id"}});
  t.push_back({"sync_runs",
               record_of<sync_run>(),
               upsert,
               {"id"},
               {"source_id,started_at", "status,started_at", "started_at"},
               {.time = "started_at", .id = "id", .status = "status", .run = "source_id"}});
}

void add_idea_tables(std::vector<table>& t) {
  using enum write_rule;
  t.push_back(
      {"ideas",
       record_of<idea>(),
       upsert,
       {"id"},
       {"source_id,published_at", "source_id,content_hash", "published_at"},
       {.time = "published_at", .id = "id", .status = "dedup_status", .run = "source_id", .side = "sentiment_label"},
       {},
       true,
       one_of_a_source});
  t.push_back({"idea_revisions",
               record_of<idea_revision>(),
               keep_first,
               {"idea_id", "content_hash"},
               {"recorded_at"},
               {.time = "recorded_at", .id = "idea_id"}});
  t.push_back({"signals",
               record_of<signal_record>(),
               upsert,
               {"id"},
               {"source_type,generated_at", "idea_id", "pair,generated_at", "generated_at"},
               {.time = "generated_at",
                .id = "id",
                .pair = "pair",
                .run = "source_type",
                .run_too = "idea_id",
                .side = "sentiment_label"}});
  t.push_back({"telegram_posts",
               record_of<telegram_post>(),
               upsert,
               {"id"},
               {"source_id,published_at", "source_id,content_hash", "published_at"},
               {.time = "published_at", .id = "id", .status = "dedup_status", .run = "source_id"},
               {},
               true,
               one_of_a_source});
  t.push_back({"sources",
               record_of<source_record>(),
               upsert,
               {"id"},
               {"created_at"},
               {.time = "created_at", .id = "id", .status = "status", .run = "type"},
               {},
               true,
               {"type,identifier", "\"identifier\"<>''"}});
  t.push_back({"news_items",
               record_of<news_item>(),
               upsert,
               {"id"},
               {"source_id,published_at", "source_id,content_hash", "published_at"},
               {.time = "published_at", .id = "id", .status = "dedup_status", .run = "source_id"},
               {},
               true,
               one_of_a_source});
  t.push_back({"data_quality_metrics",
               record_of<data_quality_metric>(),
               upsert,
               {"pair", "source_type", "computed_at"},
               {"source_type,computed_at", "computed_at"},
               {.time = "computed_at", .pair = "pair", .status = "status", .run = "source_type"}});
}

}  // namespace rltrader::storage
