// Reads and writes rows of any table over a SQLite connection, by their columns.
#pragma once

#include "adapters/storage/schema_sql.hpp"
#include "adapters/storage/sqlite_connection.hpp"

namespace rltrader::storage {

using ports::row_sink;
using ports::sink_of;

/// Writes one row by its table's rule.
result<void> write_row(sqlite_connection& connection, const table& t, const void* row);
/// Answers a request; returns how many rows there are beside the page.
result<std::int64_t> read_page(sqlite_connection& connection, const table& t, const list_request& request,
                               row_sink into);
/// Reads all rows that `tail` (WHERE, ORDER BY) leaves.
result<void> read_rows(sqlite_connection& connection, const table& t, const std::string& tail, row_sink into);
/// Puts the statement's current row into a record.
result<void> read_row(const statement& from, const table& t, void* row);

}  // namespace rltrader::storage
