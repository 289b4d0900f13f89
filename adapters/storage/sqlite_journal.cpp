// One table of rows by the venue's own table name and key.
#include "adapters/storage/sqlite_journal.hpp"

#include "adapters/storage/sqlite_schema.hpp"

namespace rltrader::storage {

namespace {

file_schema journal_schema() {
  return {.number = 1,
          .objects = {{"books",
                       "CREATE TABLE \"books\" (\"table\" TEXT NOT NULL, \"key\" TEXT NOT NULL, "
                       "\"content\" TEXT NOT NULL, PRIMARY KEY (\"table\",\"key\")) STRICT, WITHOUT ROWID"}}};
}

std::string text_at(const statement& from, int place) { return std::get<std::string>(from.at(place)); }

}  // namespace

result<std::unique_ptr<sqlite_journal>> sqlite_journal::open(const std::string& path) {
  auto connection = sqlite_connection::open({.path = path, .application_id = journal_application_id});
  if (!connection) return connection.error();
  if (auto ready = migrate(*connection, journal_schema()); !ready) return ready.error();
  return std::unique_ptr<sqlite_journal>(new sqlite_journal(std::move(*connection)));
}

result<void> sqlite_journal::write(const std::vector<ports::venue_row>& rows) {
  if (rows.empty()) return {};
  return in_transaction(connection_, [&]() -> result<void> {
    auto insert = connection_.prepare(
        "INSERT INTO \"books\" VALUES (?1,?2,?3) ON CONFLICT (\"table\",\"key\") DO UPDATE SET "
        "\"content\"=excluded.\"content\"");
    if (!insert) return insert.error();
    for (const auto& row : rows) {
      insert->set(1, row.table);
      insert->set(2, row.key);
      insert->set(3, row.content);
      if (auto done = insert->run(); !done) return done;
      insert->again();
    }
    return {};
  });
}

result<std::vector<ports::venue_row>> sqlite_journal::load() {
  auto select = connection_.prepare("SELECT \"table\",\"key\",\"content\" FROM \"books\" ORDER BY \"table\",\"key\"");
  if (!select) return select.error();
  std::vector<ports::venue_row> out;
  for (;;) {
    const auto row = select->step();
    if (!row) return row.error();
    if (!*row) return out;
    out.push_back({text_at(*select, 0), text_at(*select, 1), text_at(*select, 2)});
  }
}

}  // namespace rltrader::storage
