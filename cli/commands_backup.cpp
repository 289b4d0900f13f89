// Commands that back up a whole store and bring it back.
#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/store_backup.hpp"
#include "adapters/storage/store_copy.hpp"
#include "adapters/storage/store_restore.hpp"
#include "cli/commands.hpp"
#include "cli/store_terms.hpp"
#include "runtime/version.hpp"
#include "wire/rfc3339.hpp"

namespace rltrader::cli {

namespace {

std::string sizes_text(const storage::backup_manifest& manifest) {
  std::int64_t bytes = 0;
  for (const auto& file : manifest.files) bytes += file.bytes;
  return storage::grouped(static_cast<std::int64_t>(manifest.files.size())) + " files with " + storage::grouped(bytes) +
         " bytes";
}

result<std::int64_t> rows_in(storage::whole_store& store) {
  std::int64_t total = 0;
  for (const auto& held : store.tables()) {
    const auto count = held.at->integer_of("SELECT count(*) FROM " + held.at->dialect().name(held.of->name));
    if (!count) return count.error();
    total += *count;
  }
  return total;
}

}  // namespace

exit_code back_up(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto folder = s.given().option("path").value_or("");
  if (folder.empty()) return s.misused("backup needs --path=FOLDER");
  const auto& v = s.settings().values;
  const auto done = storage::back_up_store(
      place_of(v, command_text(s)),
      {.folder = folder, .artifact_dir = v.artifact_dir, .moment = machine_now(), .tool_version = version_text()});
  if (!done) return fail_store(s, done.error());
  if (s.wants_json())
    s.print_json(to_json_of(*done).dump());
  else
    s.out().line({sizes_text(*done) + " are in " + folder + ", as of " + rfc3339_text(done->moment)});
  return exit_code::done;
}

exit_code restore_backup(session& s) {
  if (const auto wrong = wrong_store_settings(s)) return *wrong;
  const auto folder = s.given().option("path").value_or("");
  if (folder.empty()) return s.misused("restore needs --path=FOLDER");
  const auto& v = s.settings().values;
  const auto to = place_of(v, command_text(s));
  std::optional<storage::backup_manifest> restored;
  {
    const auto lock = folder_lock::take(to.folder, machine_now());
    if (!lock) return fail_store(s, lock.error());
    auto done = storage::restore_store(to, {.folder = folder, .artifact_dir = v.artifact_dir});
    if (!done) return fail_store(s, done.error());
    restored = std::move(*done);
  }
  // An older program's backup grows its tables here, as a start would.
  auto held = open_held(to, storage::opening::makes);
  if (!held) return fail_store(s, held.error());
  const auto length = storage::verify_chain(*held->store);
  if (!length) return fail_store(s, length.error());
  const auto rows = rows_in(*held->store);
  if (!rows) return fail_store(s, rows.error());
  if (s.wants_json()) {
    s.print_json(json{{"files", restored->files.size()}, {"rows", *rows}, {"audit_length", *length}}.dump());
    return exit_code::done;
  }
  s.out().line({sizes_text(*restored) + " of " + rfc3339_text(restored->moment) + " were restored; " +
                storage::grouped(*rows) + " rows are in " + held->store->backend()});
  s.out().line({"the audit chain there is whole: " + storage::grouped(*length) + " links"});
  return exit_code::done;
}

}  // namespace rltrader::cli
