// The tables of the ops store, one row each.
#include "adapters/storage/table_rows.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

// What no writer may do to an order, whatever state it believes to hold (I3, I5).
constexpr guard same_content{"NEW.\"fingerprint\"<>OLD.\"fingerprint\"", "its content cannot change"};
constexpr guard filled_only_grows{"NEW.\"filled_quantity\"<OLD.\"filled_quantity\"", "its filled quantity cannot fall"};
constexpr guard ended_stays_ended{
    "OLD.\"state\" IN ('filled','rejected','cancelled','expired','not_placed') AND NEW.\"state\" NOT IN "
    "('filled','rejected','cancelled','expired','not_placed')",
    "it has ended and cannot open again"};

std::vector<table> make_tables() {
  using enum write_rule;
  std::vector<table> t;
  t.push_back({"trade_decisions",
               record_of<decision>(),
               keep_first,
               {"id"},
               {"pair,decided_at", "agent_run_id,decided_at", "decided_at"},
               {.time = "decided_at", .id = "id", .pair = "pair", .status = "action", .run = "agent_run_id"}});
  t.push_back({"trade_executions",
               record_of<order>(),
               upsert,
               {"client_order_id"},
               {"state", "intent_content_pair,created_at", "intent_trade_id", "intent_agent_run_id,created_at",
                "intent_decision_id", "created_at"},
               {.time = "created_at",
                .id = "client_order_id",
                .pair = "intent_content_pair",
                .status = "state",
                .run = "intent_agent_run_id",
                .run_too = "intent_trade_id",
                .mode = "intent_slot_mode",
                .side = "intent_content_side",
                .trade = "intent_trade_id",
                .decision = "intent_decision_id"},
               {same_content, filled_only_grows, ended_stays_ended}});
  t.push_back({"fills",
               record_of<fill>(),
               append,
               {"pair", "id"},
               {"client_order_id", "pair,at", "at"},
               {.time = "at", .id = "id", .pair = "pair", .side = "side", .order = "client_order_id"},
               {},
               false});
  t.back().rehearsals_may_go = true;
  t.push_back({"positions",
               record_of<position>(),
               upsert,
               {"pair", "position_side"},
               {},
               {.time = "updated_at", .pair = "pair", .side = "position_side"}});
  t.push_back({"trades",
               record_of<trade>(),
               upsert,
               {"id"},
               {"status", "instrument,created_at", "agent_run_id,created_at", "created_at"},
               {.time = "created_at",
                .id = "id",
                .pair = "instrument",
                .status = "status",
                .run = "agent_run_id",
                .mode = "mode",
                .side = "side"}});
  t.push_back({"agent_runs",
               record_of<agent_run>(),
               upsert,
               {"id"},
               {"status", "pair,started_at", "started_at"},
               {.time = "started_at", .id = "id", .pair = "pair", .status = "status", .run = "id", .mode = "mode"}});
  t.push_back({"trade_state_events",
               record_of<state_event>(),
               append,
               {"client_order_id", "number"},
               {"pair,at"},
               {.time = "at", .id = "client_order_id", .pair = "pair", .status = "after", .order = "client_order_id"},
               {},
               false});
  t.push_back({"ops_audit_events",
               record_of<audit_event>(),
               append,
               {"sequence"},
               {"created_at", "action,created_at", "resource_id,created_at"},
               {.time = "created_at", .id = "resource_id", .status = "action", .run = "actor", .side = "resource_type"},
               {},
               false});
  t.push_back({"account_risk_policies",
               record_of<risk_policy>(),
               upsert,
               {"id"},
               {"active"},
               {.time = "effective_from", .id = "id"}});
  t.push_back(
      {"account_risk_state", record_of<breaker_row>(), upsert, {"scope"}, {}, {.time = "triggered_at", .id = "scope"}});
  t.push_back({"ops_alerts",
               record_of<alert>(),
               upsert,
               {"id"},
               {"status,triggered_at", "severity,triggered_at", "triggered_at"},
               {.time = "triggered_at",
                .id = "id",
                .pair = "metadata.pair",
                .status = "status",
                .run = "category",
                .severity = "severity"}});
  t.push_back({"retry_queue",
               record_of<retry_job>(),
               upsert,
               {"id"},
               {"status,next_attempt_at", "created_at"},
               {.time = "created_at", .id = "id", .status = "status", .run = "job_type"},
               {},
               true,
               {"job_type,dedupe_key", live_job_condition}});
  t.push_back({"observability_metrics",
               record_of<metric_point>(),
               append,
               {},
               {"name,recorded_at", "pair,recorded_at", "recorded_at"},
               {.time = "recorded_at", .id = "name", .pair = "pair"},
               {},
               true,
               {},
               {"recorded_at", 7}});
  t.push_back({"risk_limit_sets", record_of<risk_limit_set>(), upsert, {"id"}, {}, {.time = "created_at", .id = "id"}});
  t.push_back({"agent_configurations",
               record_of<agent_configuration>(),
               upsert,
               {"id"},
               {},
               {.time = "updated_at", .id = "id", .mode = "mode"}});
  t.push_back({"agent_versions",
               record_of<agent_version>(),
               upsert,
               {"id"},
               {"pair,created_at", "created_at"},
               {.time = "created_at", .id = "id", .pair = "pair", .status = "status"}});
  t.push_back({"quarantines", record_of<quarantine>(), upsert, {"pair"}, {}, {.time = "since", .pair = "pair"}});
  t.push_back({"idempotency_keys",
               record_of<idempotency_record>(),
               upsert,
               {"key"},
               {"created_at"},
               {.time = "created_at", .id = "key"},
               {same_content}});
  t.push_back({"desk_facts", record_of<desk_fact>(), upsert, {"name"}, {}, {.time = "name", .id = "name"}});
  add_learning_tables(t);
  add_source_tables(t);
  add_idea_tables(t);
  must(t.size() == std::variant_size_v<ports::ops_row>, "each alternative of ops_row has its table");
  return t;
}

}  // namespace

std::span<const table> ops_tables() {
  static const auto tables = make_tables();
  return tables;
}

const table& table_of(const shape* record) {
  const auto all = ops_tables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const table& t) { return t.of == record; });
  must(found != all.end(), "no table holds this record");
  return *found;
}

}  // namespace rltrader::storage
