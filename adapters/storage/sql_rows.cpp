// One walk over the columns for reading; how rows are written is the connection's.
#include "adapters/storage/sql_rows.hpp"

namespace rltrader::storage {

namespace {

std::vector<parameter> parameters_of(const table& t, const list_request& request) {
  std::vector<parameter> out;
  for (const auto& c : request.conditions)
    out.emplace_back(c.value, c.inside.empty() ? t.columns[c.columns.front()].type : column_type::text);
  return out;
}

constexpr auto fetched_at_once = 2000;

}  // namespace

result<void> read_row(std::span<const cell> from, const table& t, void* row) {
  std::size_t place = 0;
  for (const auto& c : t.columns)
    if (auto set = set_cell(c, from[place++], row); !set)
      return {errc::corrupt, std::string(t.name) + ": " + set.error().what};
  return {};
}

result<std::int64_t> read_page(sql_connection& connection, const table& t, const list_request& request, row_sink into) {
  const auto& dialect = connection.dialect();
  const auto where = where_sql(dialect, t, request);
  auto parameters = parameters_of(t, request);
  std::int64_t total = 0;
  const auto done = in_transaction(
      connection,
      [&]() -> result<void> {
        const auto counted = connection.integer_of("SELECT count(*) FROM " + dialect.name(t.name) + where, parameters);
        if (!counted) return counted.error();
        total = *counted;
        parameters.emplace_back(request.limit);
        parameters.emplace_back(request.offset);
        return read_rows(connection, t, where + order_sql(t, request), into, parameters);
      },
      access::reads);
  if (!done) return done.error();
  return total;
}

result<void> read_rows(sql_connection& connection, const table& t, const std::string& tail, row_sink into,
                       const std::vector<parameter>& parameters) {
  return connection.read(select_sql(connection.dialect(), t) + tail, parameters,
                         [&](std::span<const cell> cells) { return read_row(cells, t, into.grow(into.rows)); });
}

result<void> stream_rows(sql_connection& connection, const std::string& sql, const sql_connection::row_visitor& row) {
  if (!connection.dialect().postgres()) return connection.read(sql, {}, row);
  if (auto begun = connection.execute("DECLARE \"streamed\" NO SCROLL CURSOR FOR " + sql); !begun) return begun;
  const auto next = "FETCH " + std::to_string(fetched_at_once) + " FROM \"streamed\"";
  for (;;) {
    bool any = false;
    const auto some = connection.read(next, {}, [&](std::span<const cell> cells) {
      any = true;
      return row(cells);
    });
    if (!some) return some;
    if (!any) return connection.execute("CLOSE \"streamed\"");
  }
}

}  // namespace rltrader::storage
