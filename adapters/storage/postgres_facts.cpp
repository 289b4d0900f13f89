// What the server is and what it can do for time series.
#include "adapters/storage/postgres_schema.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

/// Rows older than this are compressed, where the licence allows it: corrections come within days.
constexpr auto compressed_after = "30 days";

std::string relation(const sql_dialect& d, const table& t) { return text_literal(d.name(t.name)); }

}  // namespace

std::string try_extension(sql_connection& connection) {
  const auto there = connection.integer_of(
      "SELECT (SELECT count(*) FROM pg_available_extensions WHERE name='timescaledb')"
      "-2*(SELECT count(*) FROM pg_extension WHERE extname='timescaledb')");
  if (!there) return there.error().what;
  if (*there != 1) return "";
  const auto made = connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb");
  if (made) return "";
  return "TimescaleDB is installed on the server but not in this database, and could not be added (" +
         made.error().what + "); tables stay plain. A superuser may run: CREATE EXTENSION timescaledb";
}

result<server_facts> facts_of(sql_connection& connection) {
  server_facts facts;
  const auto asked = connection.read(
      "SELECT e.extversion,n.nspname,coalesce(current_setting('timescaledb.license',true),'') FROM pg_extension e JOIN "
      "pg_namespace n ON n.oid=e.extnamespace WHERE e.extname='timescaledb'",
      {}, [&](std::span<const cell> row) -> result<void> {
        facts.extension = std::get<std::string>(row[0]);
        facts.extension_schema = std::get<std::string>(row[1]);
        facts.licence = std::get<std::string>(row[2]);
        return {};
      });
  if (!asked) return asked.error();
  facts.version = connection.version();
  if (facts.extension.empty()) return facts;
  auto tables = connection.texts_of(
      "SELECT hypertable_name::text FROM timescaledb_information.hypertables WHERE hypertable_schema=?1 ORDER BY 1",
      {parameter(connection.dialect().schema)});
  if (!tables) return tables.error();
  facts.hypertables = std::move(*tables);
  return facts;
}

std::vector<std::string> hypertable_sql(const sql_dialect& d, const table& t, const server_facts& facts) {
  if (facts.extension.empty() || t.chunks.days == 0) return {};
  if (std::find(facts.hypertables.begin(), facts.hypertables.end(), t.name) != facts.hypertables.end()) return {};
  const auto function = [&](const char* name) { return quoted_name(facts.extension_schema) + "." + name; };
  std::vector<std::string> out;
  out.push_back("SELECT " + function("create_hypertable") + "(" + relation(d, t) + "," + text_literal(t.chunks.column) +
                ",chunk_time_interval=>interval '" + std::to_string(t.chunks.days) +
                " days',if_not_exists=>true,migrate_data=>true,create_default_indexes=>false)");
  if (facts.licence != "timescale" || t.key.empty()) return out;
  // Every column of the key has to be in one of the two; they are read like GROUP BY and ORDER BY, so names are quoted.
  std::string segments, order = quoted_name(t.chunks.column) + " DESC";
  for (const std::string_view k : t.key) {
    if (k == t.chunks.column) continue;
    if (k == "pair" || k == "interval")
      segments += (segments.empty() ? "" : ",") + quoted_name(k);
    else
      order += "," + quoted_name(k);
  }
  out.push_back("ALTER TABLE " + d.name(t.name) + " SET (timescaledb.compress,timescaledb.compress_segmentby=" +
                text_literal(segments) + ",timescaledb.compress_orderby=" + text_literal(order) + ")");
  out.push_back("SELECT " + function("add_compression_policy") + "(" + relation(d, t) + ",interval '" +
                compressed_after + "',if_not_exists=>true)");
  return out;
}

}  // namespace rltrader::storage
