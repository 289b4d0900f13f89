// Asks files and server for their migrations.
#include "adapters/storage/store_deploy.hpp"

#include "adapters/storage/sqlite_schema.hpp"

#include <filesystem>

namespace rltrader::storage {

namespace {

result<void> add_of_server(sql_connection& server, std::vector<deployed_migration>& out) {
  const auto applied = applied_migrations(server);
  if (!applied) return applied.error();
  for (const auto& m : *applied) out.push_back({server.place(), m.number, m.name, m.applied_at});
  return {};
}

result<void> add_of_file(sql_connection& file, std::vector<deployed_migration>& out) {
  return file.read("SELECT \"number\",\"name\" FROM \"migrations\" ORDER BY \"number\"", {},
                   [&](std::span<const cell> row) -> result<void> {
                     out.push_back({file.place(), std::get<std::int64_t>(row[0]), std::get<std::string>(row[1]), {}});
                     return {};
                   });
}

result<void> add_of(sql_connection& at, std::vector<deployed_migration>& out) {
  return at.dialect().postgres() ? add_of_server(at, out) : add_of_file(at, out);
}

result<deploy_plan> plan_of_server(const store_place& place) {
  postgres_connection server({.url = place.url,
                              .schema = place.schema,
                              .application = "rltraderctl",
                              .mode = access::reads,
                              .within = milliseconds{60'000},
                              .seconds = place.seconds});
  std::vector<schema_part> parts;
  if (place.ops_on_server) parts.push_back(ops_part(server.dialect()));
  if (place.market_on_server) parts.push_back(market_part(server.dialect()));
  const auto plan = plan_migrations(server, parts);
  if (!plan) return plan.error();
  deploy_plan out{server.place(), {}};
  for (const auto& m : *plan) out.sql.insert(out.sql.end(), m.sql.begin(), m.sql.end());
  return out;
}

result<deploy_plan> plan_of_file(const std::string& path, std::int32_t id, const file_schema& wanted) {
  deploy_plan out{path, {}};
  std::error_code none;
  if (!std::filesystem::exists(path, none)) {
    for (const auto& object : wanted.objects) out.sql.push_back(object.sql);
    return out;
  }
  auto file =
      sqlite_connection::open({.path = path, .mode = access_mode::reader, .application_id = id, .check = false});
  if (!file) return file.error();
  auto sql = plan_of(*file, wanted);
  if (!sql) return sql.error();
  out.sql = std::move(*sql);
  return out;
}

}  // namespace

result<std::vector<deployed_migration>> deployed_migrations(whole_store& store) {
  std::vector<deployed_migration> out;
  auto added = add_of(store.ops(), out);
  if (added && &store.market() != &store.ops()) added = add_of(store.market(), out);
  if (!added) return added.error();
  return out;
}

result<std::vector<deploy_plan>> plan_deploy(const store_place& place) {
  std::vector<deploy_plan> out;
  const auto add = [&](result<deploy_plan> one) -> result<void> {
    if (!one) return one.error();
    out.push_back(std::move(*one));
    return {};
  };
  result<void> done;
  if (place.any_on_server()) done = add(plan_of_server(place));
  if (done && !place.ops_on_server)
    done = add(plan_of_file(place.folder + "/ops.db", ops_application_id, ops_schema()));
  if (done && !place.market_on_server)
    done = add(plan_of_file(place.folder + "/market.db", market_application_id, market_schema()));
  if (!done) return done.error();
  return out;
}

}  // namespace rltrader::storage
