// Rows of tables: each holds the record of its place, and names only columns that it has.
#include "adapters/storage/market_tables.hpp"
#include "ports/market_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rltrader::storage {
namespace {

bool has_column(const table& t, std::string_view name) {
  return std::any_of(t.columns.begin(), t.columns.end(), [&](const column& c) { return c.name == name; });
}

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
  }
  return out;
}

/// The quoted names of a condition in SQL.
std::vector<std::string> names_in(std::string_view condition) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    if (condition[i] == '\'') i = condition.find('\'', i + 1);
    if (condition[i] != '"') continue;
    const auto end = condition.find('"', i + 1);
    out.emplace_back(condition.substr(i + 1, end - i - 1));
    i = end;
  }
  return out;
}

/// Every column that a table speaks of.
std::vector<std::string> named_by(const table& t) {
  std::vector<std::string> out(t.key.begin(), t.key.end());
  const auto take = [&](const std::vector<std::string>& names) { out.insert(out.end(), names.begin(), names.end()); };
  for (const char* index : t.indexes) take(parts_of(index));
  take(parts_of(t.unique.columns));
  take(names_in(t.unique.when));
  for (const auto& g : t.guards) take(names_in(g.when));
  const auto& a = t.asked;
  for (const std::string_view name : {a.time, a.id, a.pair, a.status, a.run, a.run_too, a.mode, a.side, a.severity,
                                      a.trade, a.decision, a.order, t.chunks.column, t.closed_when, t.source_column})
    if (!name.empty()) out.emplace_back(name.substr(0, name.find('.')));
  return out;
}

std::vector<const table*> all_tables() {
  std::vector<const table*> out;
  for (const auto& t : ops_tables()) out.push_back(&t);
  for (const auto& t : market_tables()) out.push_back(&t);
  return out;
}

/// The shapes of a variant's alternatives, in their order.
template <class... Rows>
std::vector<const shape*> shapes_of(const std::variant<Rows...>*) {
  return {shape_of<Rows>()...};
}
std::vector<const shape*> shapes_of(std::span<const table> tables) {
  std::vector<const shape*> out;
  for (const auto& t : tables) out.push_back(t.of);
  return out;
}

TEST(tables, hold_the_rows_of_their_place) {
  auto ops = shapes_of(static_cast<ports::ops_row*>(nullptr));
  std::replace(ops.begin(), ops.end(), shape_of<audit_note>(), shape_of<audit_event>());
  EXPECT_EQ(shapes_of(ops_tables()), ops);
  EXPECT_EQ(shapes_of(market_tables()), shapes_of(static_cast<ports::market_row*>(nullptr)));
  for (const auto& t : market_tables()) EXPECT_EQ(&market_table_of(t.of), &t) << t.name;
}

TEST(tables, have_each_column_that_they_name) {
  for (const auto* t : all_tables())
    for (const auto& name : named_by(*t)) EXPECT_TRUE(has_column(*t, name)) << t->name << " has no column " << name;
}

TEST(tables, have_names_of_their_own_and_columns_that_say_what_they_are) {
  std::set<std::string> names;
  for (const auto* t : all_tables()) {
    EXPECT_TRUE(names.insert(t->name).second) << t->name;
    std::set<std::string> columns;
    for (const auto& c : t->columns) EXPECT_TRUE(columns.insert(c.name).second) << t->name << "." << c.name;
    for (const auto& m : t->of->members) EXPECT_STRNE(m.sentence, "") << t->name << "." << m.name;
  }
}

TEST(tables, are_the_words_of_the_reference) {
  std::set<std::string> names;
  for (const auto* t : all_tables()) names.insert(t->name);
  for (const char* name : {"agent_runs",
                           "agent_versions",
                           "evaluation_reports",
                           "model_artifacts",
                           "learning_updates",
                           "agent_configurations",
                           "risk_limit_sets",
                           "dataset_versions",
                           "dataset_lineage",
                           "feature_set_versions",
                           "trades",
                           "trade_decisions",
                           "trade_executions",
                           "trade_state_events",
                           "market_input_snapshots",
                           "source_policies",
                           "data_source_status",
                           "data_source_configs",
                           "data_gap_events",
                           "retry_queue",
                           "ops_audit_events",
                           "account_risk_state",
                           "account_risk_policies",
                           "ops_alerts",
                           "drift_alerts",
                           "observability_metrics",
                           "instrument_mappings",
                           "ingestion_runs",
                           "sync_runs",
                           "ideas",
                           "signals",
                           "telegram_posts",
                           "sources",
                           "bingx_candles",
                           "bingx_trades",
                           "bingx_orderbook_snapshots",
                           "bingx_funding_rates",
                           "bingx_open_interest",
                           "bingx_mark_index_prices",
                           "bingx_tickers",
                           "rl_feature_snapshots",
                           "fills",
                           "positions",
                           "idempotency_keys",
                           "quarantines",
                           "news_items",
                           "idea_revisions",
                           "data_quality_metrics"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(tables, that_are_cut_by_time_have_it_in_their_key) {
  for (const auto& t : market_tables()) EXPECT_STRNE(t.chunks.column, "") << t.name;
  for (const auto* t : all_tables()) {
    if (t->chunks.column[0] == '\0') continue;
    const auto& time = t->columns[t->column_at(t->chunks.column)];
    EXPECT_TRUE(time.type == column_type::time && !time.nullable) << t->name;
    EXPECT_GE(t->chunks.days, 1) << t->name;
    EXPECT_STREQ(t->asked.time, t->chunks.column) << t->name;
    // A table whose rows have no name has no key that a time could be missing from; another unique key has no place.
    const bool in_key = std::count(t->key.begin(), t->key.end(), std::string_view(t->chunks.column)) == 1;
    EXPECT_TRUE(t->key.empty() || in_key) << t->name;
    EXPECT_STREQ(t->unique.columns, "") << t->name;
  }
}

TEST(tables, have_keys_that_are_never_absent) {
  for (const auto* t : all_tables()) {
    EXPECT_TRUE(t->rule == write_rule::append || !t->key.empty()) << t->name;
    for (const char* name : t->key) EXPECT_FALSE(t->columns[t->column_at(name)].nullable) << t->name << "." << name;
    for (const auto& name : parts_of(t->unique.columns))
      EXPECT_FALSE(t->columns[t->column_at(name)].nullable) << t->name << "." << name;
    if (t->closed_when[0] != '\0') {
      EXPECT_EQ(t->columns[t->column_at(t->closed_when)].type, column_type::truth);
    }
  }
}

TEST(tables, whose_records_say_where_they_come_from_are_asked_for_it_there) {
  for (const auto* t : all_tables())
    if (t->name != std::string_view("trade_decisions")) {
      EXPECT_EQ(has_column(*t, "source"), t->source_column == std::string_view("source")) << t->name;
    }
}

TEST(tables, of_market_data_keep_amounts_exact) {
  for (const auto& t : market_tables())
    for (const auto& c : t.columns)
      EXPECT_TRUE(c.type != column_type::real || c.name == "quality_score") << t.name << "." << c.name;
}

}  // namespace
}  // namespace rltrader::storage
