// Commands that move whole stores, and rows of rehearsals out of them.
#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/store_copy.hpp"
#include "adapters/storage/store_purge.hpp"
#include "cli/commands.hpp"
#include "cli/store_terms.hpp"
#include "runtime/text_tools.hpp"

namespace rltrader::cli {

namespace {

json counts_json(const std::vector<std::pair<std::string, std::int64_t>>& counts) {
  json out = json::object();
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

}  // namespace

exit_code copy_whole(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto& v = s.settings().values;
  const auto where = s.given().option("to").value_or("");
  if (where.empty()) return s.misused("copy needs --to=postgresql://... or --to=FOLDER");
  const auto target = place_at(where, s.given().option("schema").value_or(v.timescale_schema), command_text(s));
  if (where.find("://") != where.npos && !target.any_on_server())
    return s.misused("--to must begin with postgresql:// or name a folder");
  if (s.given().has("schema") && !target.any_on_server()) return s.misused("--schema goes with a postgresql:// URL");
  auto from = open_held(place_of(v, command_text(s)), storage::opening::reads);
  if (!from) return fail_store(s, from.error());
  auto to = open_held(target, storage::opening::makes);
  if (!to) return fail_store(s, to.error());
  progress_bar bar(s);
  const auto done = storage::copy_store(*from->store, *to->store, bar.listener());
  bar.end();
  if (!done) return fail_store(s, done.error());
  if (s.wants_json()) {
    s.print_json(json{{"rows", counts_json(done->rows)}, {"audit_length", done->audit_length}}.dump());
    return exit_code::done;
  }
  std::int64_t rows = 0;
  for (const auto& one : done->rows) rows += one.second;
  s.out().line({storage::grouped(rows) + " rows were copied and counted in " + to->store->backend()});
  s.out().line({"the audit chain there is whole: " + storage::grouped(done->audit_length) + " links"});
  return exit_code::done;
}

exit_code purge_source(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto source = s.given().option("source").value_or("");
  if (source.empty()) return s.misused("purge needs --source=sim, replay, fixture or mock");
  const bool dry_run = s.given().has("dry-run");
  auto held = open_held(place_of(s.settings().values, command_text(s)),
                        dry_run ? storage::opening::reads : storage::opening::writes);
  if (!held) return fail_store(s, held.error());
  const auto done = storage::purge_rows(
      *held->store, {.source = source, .dry_run = dry_run, .actor = actor_text(s), .now = machine_now()});
  if (!done) return fail_store(s, done.error());
  if (s.wants_json()) {
    s.print_json(json{{"source", source}, {"dry_run", dry_run}, {"rows", counts_json(*done)}}.dump());
    return exit_code::done;
  }
  table rows({{"TABLE"}, {"ROWS", align::right}});
  for (const auto& [name, count] : *done) rows.row({name, storage::grouped(count)});
  if (rows.empty())
    s.out().line({"no row comes from " + source});
  else
    rows.print(s.out());
  s.out().line({{dry_run ? "nothing was changed; audit and state events would stay"
                         : "these rows are gone; audit and state events stay",
                 tone::faint}});
  return exit_code::done;
}

}  // namespace rltrader::cli
