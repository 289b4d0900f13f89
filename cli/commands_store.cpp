// Commands that open the store themselves: its tables, and rows into files and out of them.
#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/store_deploy.hpp"
#include "adapters/storage/store_export.hpp"
#include "adapters/storage/store_import.hpp"
#include "cli/commands.hpp"
#include "cli/store_terms.hpp"
#include "runtime/text_tools.hpp"
#include "runtime/version.hpp"
#include "wire/rfc3339.hpp"

namespace rltrader::cli {

namespace {

exit_code show_plan(session& s) {
  const auto plan = storage::plan_deploy(place_of(s.settings().values, command_text(s)));
  if (!plan) return fail_store(s, plan.error());
  json out = json::array();
  for (const auto& one : *plan) {
    out.push_back(json{{"place", one.place}, {"sql", one.sql}});
    if (s.wants_json()) continue;
    s.out().line({{"-- " + one.place + (one.sql.empty() ? ": nothing to do" : ""), tone::faint}});
    for (const auto& sql : one.sql) s.out().line({sql + ";"});
  }
  if (s.wants_json()) s.print_json(json{{"dry_run", true}, {"plan", out}}.dump());
  return exit_code::done;
}

json json_of_manifest(const storage::export_manifest& manifest) { return to_json_of(manifest); }

}  // namespace

exit_code deploy_store(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  if (s.given().has("dry-run")) return show_plan(s);
  auto held = open_held(place_of(s.settings().values, command_text(s)), storage::opening::makes);
  if (!held) return fail_store(s, held.error());
  const auto migrations = storage::deployed_migrations(*held->store);
  if (!migrations) return fail_store(s, migrations.error());
  if (s.wants_json()) {
    json rows = json::array();
    for (const auto& m : *migrations)
      rows.push_back(json{{"place", m.place}, {"number", m.number}, {"name", m.name}, {"applied_at", m.applied_at}});
    s.print_json(json{{"migrations", rows}, {"notes", held->store->notes()}}.dump());
    return exit_code::done;
  }
  for (const auto& note : held->store->notes()) s.out().line({note});
  table rows({{"PLACE"}, {"NUMBER", align::right}, {"MIGRATION"}, {"APPLIED"}});
  for (const auto& m : *migrations) rows.row({m.place, std::to_string(m.number), m.name, m.applied_at});
  rows.print(s.out());
  return exit_code::done;
}

exit_code export_tables(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto folder = s.given().option("path").value_or("");
  if (folder.empty()) return s.misused("export needs --path=FOLDER");
  const auto format = s.given().option("format").value_or("jsonl");
  if (format != "jsonl") return s.misused("--format must be jsonl, was " + in_quotes(format));
  const auto names = names_of(s, "table");
  if (s.given().has("table") && names.empty()) return s.misused("--table needs names of tables, with commas between");
  auto held = open_held(place_of(s.settings().values, command_text(s)), storage::opening::reads);
  if (!held) return fail_store(s, held.error());
  progress_bar bar(s);
  const auto done = storage::export_store(*held->store, {.folder = folder,
                                                         .tables = names,
                                                         .overwrite = s.given().has("overwrite"),
                                                         .moment = machine_now(),
                                                         .tool_version = version_text(),
                                                         .progress = bar.listener()});
  bar.end();
  if (!done) return fail_store(s, done.error());
  if (s.wants_json()) {
    s.print_json(json_of_manifest(*done).dump());
    return exit_code::done;
  }
  std::int64_t rows = 0;
  for (const auto& file : done->tables) rows += file.rows;
  s.out().line({storage::grouped(rows) + " rows of " + std::to_string(done->tables.size()) + " tables are in " +
                folder + ", as of " + rfc3339_text(done->moment)});
  return exit_code::done;
}

exit_code import_table(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto names = names_of(s, "table");
  if (names.size() != 1) return s.misused("import needs --table=NAME, one table");
  if (s.given().has("append") && s.given().has("replace")) return s.misused("--append and --replace are both given");
  auto held = open_held(place_of(s.settings().values, command_text(s)), storage::opening::writes);
  if (!held) return fail_store(s, held.error());
  progress_bar bar(s);
  using storage::import_mode;
  const auto done =
      storage::import_rows(*held->store, {.table = names.front(),
                                          .file = s.given().words[0],
                                          .mode = s.given().has("replace") ? import_mode::replace : import_mode::append,
                                          .test_data_refused = s.settings().values.test_data_disabled,
                                          .actor = actor_text(s),
                                          .now = machine_now(),
                                          .progress = bar.listener()});
  bar.end();
  if (!done) return fail_store(s, done.error());
  if (s.wants_json())
    s.print_json(
        json{{"table", names.front()}, {"rows", done->rows}, {"replaced", done->gone}, {"sha256", done->sha256}}
            .dump());
  else
    s.out().line({storage::grouped(done->rows) + " rows are in " + names.front() +
                  (s.given().has("replace") ? " instead of " + storage::grouped(done->gone) : "")});
  return exit_code::done;
}

}  // namespace rltrader::cli
