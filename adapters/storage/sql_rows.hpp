// Reads and writes records of any table over any connection, by their columns.
#pragma once

#include "adapters/storage/sql_connection.hpp"

namespace rltrader::storage {

using ports::row_sink;
using ports::sink_of;

/// Puts a row's cells, in the order of the table's columns, into a record.
result<void> read_row(std::span<const cell> from, const table& t, void* row);
/// Answers a request as of one moment; returns how many rows there are beside the page.
result<std::int64_t> read_page(sql_connection& connection, const table& t, const list_request& request, row_sink into);
/// Reads all rows that `tail` (WHERE, ORDER BY) leaves.
result<void> read_rows(sql_connection& connection, const table& t, const std::string& tail, row_sink into,
                       const std::vector<parameter>& parameters = {});
/// Hands over row by row what a statement without parameters selects, within the transaction that is open; a server is asked for
/// some thousands at a time, so that memory stays bounded.
result<void> stream_rows(sql_connection& connection, const std::string& sql, const sql_connection::row_visitor& row);
/// Writes one record within the transaction that is open.
inline result<void> write_row(sql_connection& connection, const table& t, const void* row) {
  return connection.write(t, {&row, 1});
}

}  // namespace rltrader::storage
