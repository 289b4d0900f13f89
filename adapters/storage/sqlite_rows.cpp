// One walk over the columns for each direction.
#include "adapters/storage/sqlite_rows.hpp"

namespace rltrader::storage {

namespace {

result<void> read_all(statement& from, const table& t, row_sink into) {
  for (;;) {
    const auto row = from.step();
    if (!row) return row.error();
    if (!*row) return {};
    if (auto read = read_row(from, t, into.grow(into.rows)); !read) return read;
  }
}

void set_conditions(statement& to, const list_request& request) {
  int parameter = 0;
  for (const auto& c : request.conditions) to.set(++parameter, c.value);
}

}  // namespace

result<void> write_row(sqlite_connection& connection, const table& t, const void* row) {
  auto insert = connection.prepare(insert_sql(t));
  if (!insert) return insert.error();
  int parameter = 0;
  for (const auto& c : t.columns) insert->set(++parameter, cell_of(c, row));
  return insert->run();
}

result<void> read_row(const statement& from, const table& t, void* row) {
  int place = 0;
  for (const auto& c : t.columns)
    if (auto set = set_cell(c, from.at(place++), row); !set)
      return {errc::corrupt, std::string(t.name) + ": " + set.error().what};
  return {};
}

result<std::int64_t> read_page(sqlite_connection& connection, const table& t, const list_request& request,
                               row_sink into) {
  const auto where = where_sql(t, request);
  auto count = connection.prepare("SELECT count(*) FROM " + quoted(t.name) + where);
  if (!count) return count.error();
  set_conditions(*count, request);
  const auto counted = count->step();
  if (!counted) return counted.error();
  const auto total = std::get<std::int64_t>(count->at(0));

  auto select = connection.prepare(select_sql(t) + where + order_sql(t, request));
  if (!select) return select.error();
  set_conditions(*select, request);
  const auto after = static_cast<int>(request.conditions.size());
  select->set(after + 1, request.limit);
  select->set(after + 2, request.offset);
  if (auto read = read_all(*select, t, into); !read) return read.error();
  return total;
}

result<void> read_rows(sqlite_connection& connection, const table& t, const std::string& tail, row_sink into) {
  auto select = connection.prepare(select_sql(t) + " " + tail);
  if (!select) return select.error();
  return read_all(*select, t, into);
}

}  // namespace rltrader::storage
