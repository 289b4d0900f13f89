// The tables of a PostgreSQL schema: made and grown by numbered migrations under one lock, hypertables where the server can.
#pragma once

#include "adapters/storage/sql_connection.hpp"

namespace rltrader::storage {

/// What a server can do for time series.
struct server_facts {
  std::string version;           ///< "postgresql 15.18"
  std::string extension;         ///< TimescaleDB's version; empty: plain tables
  std::string extension_schema;  ///< where its functions are
  std::string licence;           ///< apache or timescale
  std::vector<std::string> hypertables;
};

/// Part of a schema: the ops tables or the market tables. `number` is raised with each change that growing does not cover.
struct schema_part {
  std::string name;
  int number = 1;
  std::span<const table> tables{};
  std::vector<schema_object> objects{};  ///< beside the tables, made before them
};
schema_part ops_part(const sql_dialect& dialect);
schema_part market_part(const sql_dialect& dialect);

/// One migration: applied, or still to be.
struct migration {
  std::int64_t number = 0;  ///< counted in the schema
  std::string part;
  int schema = 0;
  std::string name;
  std::string applied_at;        ///< empty: not yet
  std::vector<std::string> sql;  ///< of those that are not applied
};

/// What brings the schema to these parts, in order; nothing is changed. errc::refused when it is newer than this binary,
/// errc::corrupt when something else has altered a table.
result<std::vector<migration>> plan_migrations(sql_connection& connection, const std::vector<schema_part>& parts);
/// Applies the plan in one transaction under the schema's lock; returns what was applied. Whoever comes second finds nothing to do.
result<std::vector<migration>> migrate(sql_connection& connection, const std::vector<schema_part>& parts);
/// Those that were applied, oldest first; none when the schema is empty.
result<std::vector<migration>> applied_migrations(sql_connection& connection);
/// errc::unavailable when a migration is missing: for connections that only read.
result<void> expect_schema(sql_connection& connection, const std::vector<schema_part>& parts);

/// Makes the extension where it is installed on the server and this role may; says why not, or nothing.
std::string try_extension(sql_connection& connection);
result<server_facts> facts_of(sql_connection& connection);
/// The statements that make a table a hypertable there; none without the extension, or when it is one already. Compression and
/// its policy only under the licence that allows them.
std::vector<std::string> hypertable_sql(const sql_dialect& dialect, const table& t, const server_facts& facts);

}  // namespace rltrader::storage
