// The tables of sources: how each does, what was set for it, gaps, runs, contracts, and what people publish.
#include "adapters/storage/table_rows.hpp"

namespace rltrader::storage {

namespace {

/// A source has one text of an external id; a source that names none may say anything twice.
constexpr partial_key one_of_a_source{"source_id,external_id", "\"external_id\"<>''"};

}  // namespace

void add_source_tables(std::vector<table>& t) {
  using enum write_rule;
  t.push_back({.name = "source_policies",
               .record = record_of<source_policy>(),
               .rule = upsert,
               .key = {"source_id", "source_type"},
               .indexes = {},
               .asked = {.time = "updated_at", .id = "source_id", .run = "source_type"}});
  t.push_back({.name = "data_source_status",
               .record = record_of<data_source_status>(),
               .rule = upsert,
               .key = {"pair", "source_type"},
               .indexes = {},
               .asked = {.time = "updated_at", .pair = "pair", .status = "status", .run = "source_type"},
               .source_column = "source"});
  t.push_back({.name = "data_source_configs",
               .record = record_of<data_source_config>(),
               .rule = upsert,
               .key = {"pair", "source_type"},
               .indexes = {},
               .asked = {.time = "updated_at", .pair = "pair", .run = "source_type"}});
  t.push_back({.name = "data_gap_events",
               .record = record_of<data_gap_event>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"status,detected_at", "pair,source_type,detected_at", "detected_at"},
               .asked = {.time = "detected_at", .id = "id", .pair = "pair", .status = "status", .run = "source_type"},
               .unique = {"pair,source_type,interval,gap_start", "\"status\" IN ('open','healing')"},
               .source_column = "source"});
  t.push_back({.name = "drift_alerts",
               .record = record_of<drift_alert>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"agent_id,detected_at", "status,detected_at", "detected_at"},
               .asked = {.time = "detected_at", .id = "id", .pair = "pair", .status = "status", .run = "agent_id"},
               .source_column = "source"});
  t.push_back({.name = "instrument_mappings",
               .record = record_of<instrument_mapping>(),
               .rule = upsert,
               .key = {"canonical_instrument_id"},
               .indexes = {},
               .asked = {.time = "updated_at", .id = "canonical_instrument_id", .run = "venue"},
               .unique = {"venue,venue_symbol", "\"venue_symbol\"<>''"},
               .source_column = "source"});
  t.push_back({.name = "ingestion_runs",
               .record = record_of<ingestion_run>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_type,started_at", "source_id,started_at", "status,started_at", "started_at"},
               .asked = {.time = "started_at",
                         .id = "id",
                         .pair = "pair",
                         .status = "status",
                         .run = "source_type",
                         .run_too = "source_id"},
               .source_column = "source"});
  t.push_back({.name = "sync_runs",
               .record = record_of<sync_run>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_id,started_at", "status,started_at", "started_at"},
               .asked = {.time = "started_at", .id = "id", .status = "status", .run = "source_id"},
               .source_column = "source"});
}

void add_idea_tables(std::vector<table>& t) {
  using enum write_rule;
  t.push_back({.name = "ideas",
               .record = record_of<idea>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_id,published_at", "source_id,content_hash", "published_at"},
               .asked = {.time = "published_at",
                         .id = "id",
                         .status = "dedup_status",
                         .run = "source_id",
                         .side = "sentiment_label"},
               .unique = one_of_a_source,
               .source_column = "source"});
  t.push_back({.name = "idea_revisions",
               .record = record_of<idea_revision>(),
               .rule = keep_first,
               .key = {"idea_id", "content_hash"},
               .indexes = {"recorded_at"},
               .asked = {.time = "recorded_at", .id = "idea_id"},
               .source_column = "source"});
  t.push_back({.name = "signals",
               .record = record_of<signal_record>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_type,generated_at", "idea_id", "pair,generated_at", "generated_at"},
               .asked = {.time = "generated_at",
                         .id = "id",
                         .pair = "pair",
                         .run = "source_type",
                         .run_too = "idea_id",
                         .side = "sentiment_label"},
               .source_column = "source"});
  t.push_back({.name = "telegram_posts",
               .record = record_of<telegram_post>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_id,published_at", "source_id,content_hash", "published_at"},
               .asked = {.time = "published_at", .id = "id", .status = "dedup_status", .run = "source_id"},
               .unique = one_of_a_source,
               .source_column = "source"});
  t.push_back({.name = "sources",
               .record = record_of<source_record>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"created_at"},
               .asked = {.time = "created_at", .id = "id", .status = "status", .run = "type"},
               .unique = {"type,identifier", "\"identifier\"<>''"},
               .source_column = "source"});
  t.push_back({.name = "news_items",
               .record = record_of<news_item>(),
               .rule = upsert,
               .key = {"id"},
               .indexes = {"source_id,published_at", "source_id,content_hash", "published_at"},
               .asked = {.time = "published_at", .id = "id", .status = "dedup_status", .run = "source_id"},
               .unique = one_of_a_source,
               .source_column = "source"});
  t.push_back({.name = "data_quality_metrics",
               .record = record_of<data_quality_metric>(),
               .rule = upsert,
               .key = {"pair", "source_type", "computed_at"},
               .indexes = {"source_type,computed_at", "computed_at"},
               .asked = {.time = "computed_at", .pair = "pair", .status = "status", .run = "source_type"},
               .source_column = "source"});
}

}  // namespace rltrader::storage
