// One walk over the file, batch by batch into an open transaction; the reader's last word decides whether it is kept.
#include "adapters/storage/store_import.hpp"

#include "adapters/storage/byte_reader.hpp"
#include "adapters/storage/row_batch.hpp"
#include "adapters/storage/row_reader.hpp"
#include "adapters/storage/source_guard.hpp"
#include "adapters/storage/sql_ops.hpp"
#include "domain/sha256.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

constexpr std::int64_t rows_between_looks = 2000;
constexpr auto imported = "import";  // where rows come from that do not say so

result<std::string> digest_of_file(const std::string& path) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  sha256 digest;
  std::string block(128 * 1024, '\0');
  for (;;) {
    const auto count = (*source)->read(block.data(), block.size());
    if (!count) return count.error();
    if (*count == 0) break;
    digest.update(std::string_view(block).substr(0, *count));
  }
  const auto made = digest.finish();
  return hex_of(made.data(), made.size());
}

/// The record's own column that says where a row comes from, or one that may; null: none.
const column* source_column_of(const table& t) {
  const auto found =
      std::find_if(t.columns.begin(), t.columns.end(), [](const column& c) { return c.name == "source"; });
  return found == t.columns.end() ? nullptr : &*found;
}

result<void> is_welcome(const import_terms& terms, const column* own, const any_row& row, const std::string& source,
                        std::int64_t line) {
  if (!terms.test_data_refused) return {};
  auto word = source;
  if (own != nullptr)
    if (const auto value = cell_of(*own, row.get()); !is_test_source(word))
      if (const auto* text = std::get_if<std::string>(&value)) word = *text;
  if (!is_test_source(word)) return {};
  return {errc::refused, terms.file + " line " + std::to_string(line) + ": its source is " + word +
                             ", and DISABLE_TEST_DATA_IN_DB is true: nothing of the file is imported"};
}

failure named(const import_terms& terms, failure why) {
  if (why.code == errc::conflict) why.what = terms.file + " " + why.what;
  return why;
}

result<void> write_file_rows(const held_table& held, const table& how, const import_terms& terms, import_outcome& out) {
  auto reader = row_reader::open(terms.file, *held.of);
  if (!reader) return reader.error();
  const auto* own = source_column_of(*held.of);
  row_batch batch(*held.at, how);
  std::string source;
  std::optional<failure> wrong;
  for (;;) {
    auto& row = batch.slot();
    const auto more = (*reader)->next(row, source);
    if (!more) return more.error();
    if (!*more) break;
    const auto line = (*reader)->line();
    // What the file says of its own form comes first, so the reader goes on to the end.
    if (wrong) continue;
    auto taken = is_welcome(terms, own, row, source, line);
    if (taken) taken = batch.take(source.empty() ? imported : source, line);
    if (!taken) wrong = named(terms, taken.error());
    if (terms.progress && batch.rows() % rows_between_looks == 0)
      terms.progress({held.of->name, static_cast<std::int64_t>((*reader)->progress() * 999), 1000});
  }
  if (wrong) return *wrong;
  if (auto done = batch.flush(); !done) return named(terms, done.error());
  out.rows = batch.rows();
  return {};
}

audit_note note_of(const import_terms& terms, const import_outcome& out) {
  return {.actor = terms.actor,
          .action = "store.imported",
          .resource_type = "table",
          .resource_id = terms.table,
          .metadata = {{"table", terms.table},
                       {"mode", terms.mode == import_mode::append ? "append" : "replace"},
                       {"rows", std::to_string(out.rows)},
                       {"replaced", std::to_string(out.gone)},
                       {"sha256", out.sha256}},
          .created_at = terms.now};
}

}  // namespace

bool is_record_of_deeds(const table& t) { return &t == &table_of<audit_event>() || &t == &table_of<state_event>(); }

result<void> nobody_is_armed(sql_connection& ops) {
  const auto& d = ops.dialect();
  const auto live = ops.texts_of("SELECT \"pair\" FROM " + d.name("agent_runs") +
                                 " WHERE \"mode\"='live' AND \"status\"<>'stopped' ORDER BY \"pair\" LIMIT 1");
  if (!live) return live.error();
  if (!live->empty())
    return {errc::refused, "an agent trades live on " + live->front() + ": stop it first (rltraderctl stop-agent)"};
  const auto armed = ops.texts_of("SELECT \"name\" FROM " + d.name("desk_facts") +
                                  " WHERE \"name\" LIKE 'armed%' ORDER BY \"name\" LIMIT 1");
  if (!armed) return armed.error();
  if (!armed->empty())
    return {errc::refused, "the desk is armed for live trading (" + armed->front() + "): disarm it first"};
  return {};
}

result<import_outcome> import_rows(whole_store& into, const import_terms& terms) {
  const auto held = into.table_named(terms.table);
  if (!held) return held.error();
  const auto& t = *held->of;
  if (is_record_of_deeds(t))
    return failure{errc::refused, terms.table + " is never imported: it records what this desk itself has done"};
  const bool in_place = terms.mode == import_mode::append && t.rule == write_rule::upsert;
  import_outcome out;
  auto digest = digest_of_file(terms.file);
  if (!digest) return digest.error();
  out.sha256 = std::move(*digest);
  const bool of_ops = held->at == &into.ops() && std::any_of(ops_tables().begin(), ops_tables().end(),
                                                             [&](const table& one) { return &one == &t; });
  const auto done = into.in_one(access::writes, [&]() -> result<void> {
    if (of_ops)
      if (auto calm = nobody_is_armed(into.ops()); !calm) return calm;
    if (terms.mode == import_mode::replace) {
      const auto gone = held->at->change("DELETE FROM " + held->at->dialect().name(t.name), {});
      if (!gone) return gone.error();
      out.gone = *gone;
    }
    if (auto written = write_file_rows(*held, in_place ? t : plainly(t), terms, out); !written) return written;
    into.ops().set_origin("");
    return add_audit_note(into.ops(), note_of(terms, out));
  });
  if (!done) return done.error();
  return out;
}

}  // namespace rltrader::storage
