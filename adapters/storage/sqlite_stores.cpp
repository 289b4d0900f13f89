// Opens SQLite files as stores: what each file must contain, and how older ones become that.
#include "adapters/storage/sql_ops.hpp"
#include "adapters/storage/sqlite_market.hpp"
#include "adapters/storage/sqlite_schema.hpp"
#include "adapters/storage/storage.hpp"

namespace rltrader::storage {

namespace {

const sql_dialect words{.is = database::sqlite};

file_schema ops_schema() {
  file_schema out{.number = 2, .objects = {}, .tables = ops_tables()};
  for (const auto& t : out.tables)
    for (auto& object : objects_of(words, t)) out.objects.push_back(std::move(object));
  out.objects.push_back({"audit_head", audit_head_sql(words)});
  // Fills of rehearsals may be purged; the trigger is made anew with that exception.
  out.steps.push_back({2, "fills of rehearsals may be erased", {"DROP TRIGGER IF EXISTS \"fills_keep_all\""}});
  return out;
}

}  // namespace

result<std::unique_ptr<ports::ops_store>> open_sqlite_ops(const std::string& path, const std::string& origin) {
  auto connection = sqlite_connection::open({.path = path, .application_id = ops_application_id});
  if (!connection) return connection.error();
  if (auto ready = migrate(*connection, ops_schema()); !ready) return ready.error();
  connection->set_origin(origin);
  return std::unique_ptr<ports::ops_store>(
      std::make_unique<sql_ops>(std::make_unique<sqlite_connection>(std::move(*connection))));
}

result<std::unique_ptr<ports::ops_reader>> open_sqlite_ops_reader(const std::string& path,
                                                                  std::function<bool()> give_up) {
  auto connection = sqlite_connection::open(
      {.path = path, .mode = access_mode::reader, .application_id = ops_application_id, .check = false});
  if (!connection) return connection.error();
  if (auto ready = expect_schema(*connection, ops_schema()); !ready) return ready.error();
  connection->give_up_when(std::move(give_up));
  return std::unique_ptr<ports::ops_reader>(
      std::make_unique<sql_ops_reader>(std::make_unique<sqlite_connection>(std::move(*connection))));
}

}  // namespace rltrader::storage
