// One row a lease; the row's lock decides between two that ask at once.
#include "adapters/storage/sql_lease.hpp"

namespace rltrader::storage {

std::string leases_sql(const sql_dialect& d) {
  const auto text = type_name(d, column_type::text), integer = type_name(d, column_type::integer),
             time = type_name(d, column_type::time);
  return "CREATE TABLE " + d.name("leases") + " (\"name\" " + text + " PRIMARY KEY,\"holder\" " + text +
         " NOT NULL,\"token\" " + integer + " NOT NULL,\"batch\" " + integer + " NOT NULL,\"taken_at\" " + time +
         " NOT NULL,\"expires_at\" " + time + " NOT NULL)" + (d.postgres() ? "" : " STRICT");
}

namespace {

result<std::optional<lease_state>> lease_row(sql_connection& connection, const std::string& name, const char* locking) {
  std::optional<lease_state> out;
  const auto asked = connection.read(
      "SELECT \"holder\",\"token\",(extract(epoch FROM \"expires_at\"-clock_timestamp())*1000)::bigint FROM " +
          connection.dialect().name("leases") + " WHERE \"name\"=?1" + locking,
      {parameter(name)}, [&](std::span<const cell> row) -> result<void> {
        out =
            lease_state{std::get<std::string>(row[0]), std::get<std::int64_t>(row[1]), std::get<std::int64_t>(row[2])};
        return {};
      });
  if (!asked) return asked.error();
  return out;
}

}  // namespace

result<std::optional<lease_state>> read_lease(sql_connection& connection, const std::string& name) {
  return lease_row(connection, name, "");
}

result<writer_lease> take_lease(sql_connection& connection, const std::string& name, const std::string& holder,
                                milliseconds lasts, const std::function<bool(const std::string& holder)>& is_gone) {
  const auto table = connection.dialect().name("leases");
  const auto lasts_sql = "clock_timestamp()+interval '" + std::to_string(lasts.count()) + " ms'";
  writer_lease out{.name = name, .token = 1, .batch = 0, .lasts = lasts};
  const auto done = in_transaction(connection, [&]() -> result<void> {
    const auto made =
        connection.change("INSERT INTO " + table +
                              " (\"name\",\"holder\",\"token\",\"batch\",\"taken_at\",\"expires_at\") VALUES "
                              "(?1,?2,1,0,clock_timestamp()," +
                              lasts_sql + ") ON CONFLICT (\"name\") DO NOTHING",
                          {parameter(name), parameter(holder)});
    if (!made) return made.error();
    if (*made == 1) return {};
    const auto kept = lease_row(connection, name, " FOR UPDATE");
    if (!kept) return kept.error();
    must(kept->has_value(), "a lease vanished under its lock");
    const auto& old = **kept;
    if (old.live_ms > 0 && !(is_gone && is_gone(old.holder)))
      return {errc::locked, connection.place() + " is held by " + old.holder + ", for " +
                                std::to_string((old.live_ms + 999) / 1000) +
                                " s more unless it goes on; end that one first"};
    out.token = old.token + 1;
    const auto taken =
        connection.change("UPDATE " + table +
                              " SET \"holder\"=?2,\"token\"=?3,\"batch\"=0,\"taken_at\"=clock_timestamp(),"
                              "\"expires_at\"=" +
                              lasts_sql + " WHERE \"name\"=?1",
                          {parameter(name), parameter(holder), out.token});
    if (!taken) return taken.error();
    return {};
  });
  if (!done) return done.error();
  return out;
}

void release_lease(sql_connection& connection, const writer_lease& lease) {
  (void)connection.change("UPDATE " + connection.dialect().name("leases") +
                              " SET \"expires_at\"=clock_timestamp() WHERE \"name\"=?1 AND \"token\"=?2",
                          {parameter(lease.name), lease.token});
}

}  // namespace rltrader::storage
