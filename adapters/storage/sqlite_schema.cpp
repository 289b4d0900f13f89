// Numbered migrations of a file, each remembered with a checksum.
#include "adapters/storage/sqlite_schema.hpp"

#include "domain/sha256.hpp"

#include <algorithm>
#include <set>

namespace rltrader::storage {

namespace {

constexpr auto migrations_sql =
    "CREATE TABLE \"migrations\" (\"number\" INTEGER PRIMARY KEY, \"schema\" INTEGER NOT NULL, \"name\" TEXT NOT NULL, "
    "\"checksum\" TEXT NOT NULL) STRICT";

/// Over the tables, triggers and unique indexes of ours. A plain index that an operator adds changes nothing that counts.
result<std::string> checksum_of(sqlite_connection& connection, const file_schema& wanted) {
  std::string names;
  for (const auto& object : wanted.objects)
    if (object.sql.starts_with("CREATE TABLE")) names += (names.empty() ? "'" : ",'") + object.name + "'";
  auto texts = connection.texts_of("SELECT sql FROM sqlite_schema WHERE tbl_name IN (" + names +
                                   ") AND (type IN ('table','trigger') OR sql LIKE 'CREATE UNIQUE%') ORDER BY name");
  if (!texts) return texts.error();
  sha256 sum;
  for (const auto& text : *texts) sum.update(std::to_string(text.size())).update(":").update(text);
  const auto digest = sum.finish();
  return hex_of(digest.data(), digest.size());
}

/// The statements that bring the file to what is wanted; a column that no record has means a newer file.
result<std::vector<std::string>> missing_in(sqlite_connection& connection, const file_schema& wanted) {
  const auto names = connection.texts_of("SELECT name FROM sqlite_schema");
  if (!names) return names.error();
  const std::set<std::string> there(names->begin(), names->end());
  std::vector<std::string> out;
  for (const auto& t : wanted.tables) {
    if (!there.contains(t.name)) continue;
    const auto columns = connection.texts_of("SELECT name FROM pragma_table_info('" + std::string(t.name) + "')");
    if (!columns) return columns.error();
    for (const auto& name : *columns)
      if (!name.starts_with("_") &&
          std::none_of(t.columns.begin(), t.columns.end(), [&](const column& c) { return c.name == name; }))
        return failure{errc::refused, connection.path() + " is newer than this binary: its table " + t.name +
                                          " has a column " + name + "; run the binary that wrote it"};
    for (const auto& c : t.columns)
      if (std::find(columns->begin(), columns->end(), c.name) == columns->end())
        out.push_back(add_column_sql(connection.dialect(), t, c));
    if (has_hidden_source(t) && std::find(columns->begin(), columns->end(), "_source") == columns->end())
      out.push_back(add_source_sql(connection.dialect(), t));
  }
  for (const auto& object : wanted.objects)
    if (!there.contains(object.name)) out.push_back(object.sql);
  return out;
}

result<void> remember(sqlite_connection& connection, const file_schema& wanted, const std::string& name) {
  const auto checksum = checksum_of(connection, wanted);
  if (!checksum) return checksum.error();
  auto row = connection.prepare("INSERT INTO \"migrations\" (\"schema\",\"name\",\"checksum\") VALUES (?1,?2,?3)");
  if (!row) return row.error();
  row->set(1, std::int64_t{wanted.number});
  row->set(2, name);
  row->set(3, *checksum);
  if (auto written = row->run(); !written) return written;
  return connection.execute("PRAGMA user_version=" + std::to_string(wanted.number));
}

result<void> create_all(sqlite_connection& connection, const file_schema& wanted) {
  return in_transaction(connection, [&]() -> result<void> {
    if (auto made = connection.execute(migrations_sql); !made) return made;
    for (const auto& object : wanted.objects)
      if (auto made = connection.execute(object.sql); !made) return made;
    return remember(connection, wanted, "first tables");
  });
}

result<void> not_newer(sqlite_connection& connection, std::int64_t version, int number) {
  if (version <= number) return {};
  return {errc::refused, connection.path() + " is newer than this binary: its schema is " + std::to_string(version) +
                             ", known is up to " + std::to_string(number) + "; run the binary that wrote it"};
}

result<void> unchanged_by_others(sqlite_connection& connection, const file_schema& wanted) {
  const auto known = connection.texts_of("SELECT \"checksum\" FROM \"migrations\" ORDER BY \"number\" DESC LIMIT 1");
  if (!known) return known.error();
  const auto now = checksum_of(connection, wanted);
  if (!now) return now.error();
  if (known->empty() || known->front() != *now)
    return {errc::corrupt, connection.path() +
                               " was changed by something else: its tables or triggers are not those of its "
                               "last migration; restore a backup of the data folder"};
  return {};
}

result<void> bring_up(sqlite_connection& connection, const file_schema& wanted) {
  const auto version = connection.integer_of("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == 0) return create_all(connection, wanted);
  if (auto old_enough = not_newer(connection, *version, wanted.number); !old_enough) return old_enough;
  if (auto ours = unchanged_by_others(connection, wanted); !ours) return ours;
  return in_transaction(connection, [&]() -> result<void> {
    for (const auto& step : wanted.steps) {
      if (step.number <= *version) continue;
      for (const auto& sql : step.sql)
        if (auto done = connection.execute(sql); !done) return done;
    }
    const auto missing = missing_in(connection, wanted);
    if (!missing) return missing.error();
    for (const auto& sql : *missing)
      if (auto done = connection.execute(sql); !done) return done;
    for (const auto& step : wanted.steps)
      if (step.number > *version)
        if (auto done = remember(connection, wanted, step.name); !done) return done;
    if (missing->empty()) return {};
    return remember(connection, wanted, "grown by " + std::to_string(missing->size()) + " parts");
  });
}

}  // namespace

result<void> migrate(sqlite_connection& connection, const file_schema& wanted) {
  auto done = bring_up(connection, wanted);
  if (done) connection.accept();
  return done;
}

result<std::vector<std::string>> plan_of(sqlite_connection& connection, const file_schema& wanted) {
  const auto version = connection.integer_of("PRAGMA user_version");
  if (!version) return version.error();
  if (auto old_enough = not_newer(connection, *version, wanted.number); !old_enough) return old_enough.error();
  if (*version != 0)
    if (auto ours = unchanged_by_others(connection, wanted); !ours) return ours.error();
  std::vector<std::string> out;
  for (const auto& step : wanted.steps)
    if (*version != 0 && step.number > *version) out.insert(out.end(), step.sql.begin(), step.sql.end());
  const auto missing = missing_in(connection, wanted);
  if (!missing) return missing.error();
  out.insert(out.end(), missing->begin(), missing->end());
  return out;
}

result<void> expect_schema(sqlite_connection& connection, const file_schema& wanted) {
  const auto version = connection.integer_of("PRAGMA user_version");
  if (!version) return version.error();
  if (auto old_enough = not_newer(connection, *version, wanted.number); !old_enough) return old_enough;
  const auto missing = missing_in(connection, wanted);
  if (!missing) return missing.error();
  if (*version != wanted.number || !missing->empty())
    return {errc::unavailable,
            connection.path() + " is older than this binary and is brought up by whoever writes to it first"};
  return {};
}

}  // namespace rltrader::storage
