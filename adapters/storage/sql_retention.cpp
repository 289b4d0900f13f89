// drop_chunks for hypertables, batched deletes for plain tables.
#include "adapters/storage/sql_retention.hpp"

namespace rltrader::storage {

namespace {

constexpr int rows_a_batch = 10'000;
constexpr int batches_most = 100;

/// Where TimescaleDB's functions are, if the table is a hypertable.
result<std::string> functions_for(sql_connection& connection, const table& t) {
  const auto found = connection.value_of(
      "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid=e.extnamespace WHERE e.extname='timescaledb'");
  if (!found) return found.error();
  const auto* name = std::get_if<std::string>(&*found);
  if (name == nullptr) return std::string();
  const auto listed = connection.integer_of(
      "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema=?1 AND hypertable_name=?2",
      {parameter(connection.dialect().schema), parameter(t.name)});
  if (!listed) return listed.error();
  return *listed > 0 ? *name : std::string();
}

result<void> erase_from_chunks(sql_connection& connection, const table& t, const std::string& functions,
                               const std::string& condition, instant from) {
  return in_transaction(connection, [&]() -> result<void> {
    const auto dropped = connection.read("SELECT " + quoted_name(functions) + ".drop_chunks(" +
                                             text_literal(connection.dialect().name(t.name)) + ",older_than=>?1)",
                                         {from}, [](std::span<const cell>) -> result<void> { return {}; });
    if (!dropped) return dropped;
    // The chunk that the moment lies in.
    const auto rest = connection.change("DELETE FROM " + connection.dialect().name(t.name) + condition, {from});
    if (!rest) return rest.error();
    return {};
  });
}

}  // namespace

result<void> erase_older(sql_connection& connection, const table& t, const std::string& time_column, instant from,
                         const std::string& also) {
  const auto& d = connection.dialect();
  const auto condition = " WHERE " + quoted_name(time_column) + "<?1" + (also.empty() ? "" : " AND " + also);
  if (d.postgres() && t.chunks.days > 0 && also.empty()) {
    const auto functions = functions_for(connection, t);
    if (!functions) return functions.error();
    if (!functions->empty()) return erase_from_chunks(connection, t, *functions, condition, from);
  }
  const std::string row = d.postgres() ? "ctid" : "rowid";
  const auto some = "SELECT " + row + " FROM " + d.name(t.name) + condition + " LIMIT " + std::to_string(rows_a_batch);
  const auto sql = "DELETE FROM " + d.name(t.name) + " WHERE " + row +
                   (d.postgres() ? "=ANY(ARRAY(" + some + "))" : " IN (" + some + ")");
  for (int n = 0; n < batches_most; ++n) {
    std::int64_t gone = 0;
    auto done = in_transaction(connection, [&]() -> result<void> {
      const auto erased = connection.change(sql, {from});
      if (!erased) return erased.error();
      gone = *erased;
      return {};
    });
    if (!done) return done;
    if (gone < rows_a_batch) return {};
  }
  return {};
}

}  // namespace rltrader::storage
