// Opens SQLite files as stores: what each file must contain, and how older ones become that.
#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sql_market.hpp"
#include "adapters/storage/sql_ops.hpp"
#include "adapters/storage/sqlite_schema.hpp"
#include "adapters/storage/storage.hpp"

namespace rltrader::storage {

namespace {

const sql_dialect dialect{.is = database::sqlite};

}  // namespace

file_schema ops_schema() {
  file_schema out{.number = 2, .objects = {}, .tables = ops_tables()};
  for (const auto& t : out.tables)
    for (auto& object : objects_of(dialect, t)) out.objects.push_back(std::move(object));
  out.objects.push_back({"audit_head", audit_head_sql(dialect)});
  // Fills of rehearsals may be purged; the trigger is made anew with that exception.
  out.steps.push_back({2, "fills of rehearsals may be erased", {"DROP TRIGGER IF EXISTS \"fills_keep_all\""}});
  out.objects.push_back({"leases", leases_sql(dialect)});
  return out;
}

namespace {

/// Bars of older files had no end; it follows from the interval, but for months, whose bars are fetched anew.
std::string candles_by_name() {
  std::string cases;
  for (const auto& w : words(interval{}))
    cases += " WHEN " + text_literal(w.text) + " THEN " + std::to_string(nominal_length(w.value).count());
  return "INSERT INTO \"bingx_candles\" (\"pair\",\"interval\",\"open_time\",\"close_time\",\"open\",\"high\",\"low\","
         "\"close\",\"volume\",\"closed\",\"source\") SELECT p,i,t,t+CASE i" +
         cases +
         " END,o,h,l,c,v,1,s FROM (SELECT substr(n.\"name\",1,instr(n.\"name\",' ')-1) p,"
         "substr(n.\"name\",instr(n.\"name\",' ')+1) i,k.\"open_time\" t,k.\"open\" o,k.\"high\" h,k.\"low\" "
         "l,k.\"close\" c,"
         "k.\"volume\" v,s.\"name\" s FROM \"candles\" k JOIN \"names\" n ON n.\"number\"=k.\"series\" JOIN \"names\" "
         "s ON "
         "s.\"number\"=k.\"source\") WHERE i<>'1M'";
}

}  // namespace

file_schema market_schema() {
  file_schema out{.number = 2, .objects = {}, .tables = market_tables()};
  for (const auto& t : out.tables)
    for (auto& object : objects_of(dialect, t)) out.objects.push_back(std::move(object));
  // Before, candles and funding lay by the number of their series.
  schema_step to_names{2, "one table for each kind of market data", {}};
  for (const auto& object : out.objects)
    if (object.name == "bingx_candles" || object.name == "bingx_funding_rates") to_names.sql.push_back(object.sql);
  to_names.sql.push_back(candles_by_name());
  to_names.sql.emplace_back(
      "INSERT INTO \"bingx_funding_rates\" (\"pair\",\"funding_time\",\"funding_rate\",\"source\") SELECT "
      "n.\"name\",f.\"at\","
      "f.\"rate\",s.\"name\" FROM \"funding\" f JOIN \"names\" n ON n.\"number\"=f.\"series\" JOIN \"names\" s ON "
      "s.\"number\"=f.\"source\"");
  for (const char* old : {"candles", "funding", "names"}) to_names.sql.push_back("DROP TABLE " + quoted_name(old));
  out.steps.push_back(std::move(to_names));
  return out;
}

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

result<std::unique_ptr<ports::market_store>> open_sqlite_market(const std::string& path) {
  // Candles can be fetched again and the file grows to gigabytes, so it is not read through at each start.
  auto connection = sqlite_connection::open(
      {.path = path, .synchronous = durability::checkpoints, .application_id = market_application_id, .check = false});
  if (!connection) return connection.error();
  if (auto ready = migrate(*connection, market_schema()); !ready) return ready.error();
  return std::unique_ptr<ports::market_store>(
      std::make_unique<sql_market>(std::make_unique<sqlite_connection>(std::move(*connection))));
}

}  // namespace rltrader::storage
