// The manifest goes first and comes last, so that a folder with one is a whole export.
#include "adapters/storage/store_export.hpp"

#include "adapters/storage/row_writer.hpp"

#include <filesystem>

namespace rltrader::storage {

namespace {

namespace fs = std::filesystem;
constexpr std::int64_t rows_between_reports = 5000;

result<std::vector<held_table>> wanted_tables(whole_store& from, const std::vector<std::string>& names) {
  if (names.empty()) return from.tables();
  std::vector<held_table> out;
  for (const auto& name : names) {
    const auto held = from.table_named(name);
    if (!held) return held.error();
    for (const auto& other : out)
      if (other.of == held->of) return failure{errc::out_of_bounds, "the table " + name + " is named twice"};
    out.push_back(*held);
  }
  return out;
}

/// What an export of ours has in its folder.
bool is_of_an_export(whole_store& store, const std::string& name) {
  if (name == "manifest.json") return true;
  for (const auto& held : store.tables())
    if (name == file_of_table(held.of->name)) return true;
  return name.starts_with(".") && name.ends_with(".partial");
}

/// An earlier export stops being one before a file of it is touched.
result<void> clear_earlier(whole_store& store, const std::string& folder) {
  std::error_code problem;
  fs::remove(folder + "/manifest.json", problem);
  for (const auto& held : store.tables())
    if (!problem) fs::remove(folder + "/" + file_of_table(held.of->name), problem);
  if (problem) return {errc::store_failed, folder + " cannot be emptied: " + problem.message()};
  return {};
}

result<manifest_file> export_table(const held_table& held, const export_terms& terms) {
  std::int64_t all = 0, done = 0;
  if (terms.progress) {
    const auto counted = held.at->integer_of("SELECT count(*) FROM " + held.at->dialect().name(held.of->name));
    if (!counted) return counted.error();
    all = *counted;
  }
  auto writer = row_writer::create(terms.folder, *held.of);
  if (!writer) return writer.error();
  const auto read = each_row(held, [&](any_row& row, const std::string& source) {
    if (terms.progress && ++done % rows_between_reports == 0) terms.progress({held.of->name, done, all});
    return writer->write(row.get(), source);
  });
  if (!read) return read.error();
  auto about = writer->finish();
  if (about && terms.progress) terms.progress({held.of->name, about->rows, about->rows});
  return about;
}

}  // namespace

result<void> empty_folder(const std::string& folder, const std::function<bool(const std::string&)>& may_stay) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return {errc::store_failed, folder + " cannot be made: " + problem.message()};
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    const auto name = at->path().filename().string();
    if (!may_stay || !may_stay(name))
      return {errc::conflict, folder + " is not empty: it has " + name + "; name a folder that is empty or not there"};
  }
  if (problem) return {errc::store_failed, folder + " cannot be read: " + problem.message()};
  return {};
}

result<export_manifest> export_store(whole_store& from, const export_terms& terms) {
  const auto tables = wanted_tables(from, terms.tables);
  if (!tables) return tables.error();
  auto ready = terms.overwrite
                   ? empty_folder(terms.folder, [&](const std::string& name) { return is_of_an_export(from, name); })
                   : empty_folder(terms.folder);
  if (ready && terms.overwrite) ready = clear_earlier(from, terms.folder);
  if (!ready) return ready.error();
  export_manifest out{.format_version = manifest_version,
                      .moment = terms.moment,
                      .backend = from.backend(),
                      .tool_version = terms.tool_version,
                      .tables = {}};
  const auto read = from.in_one(access::reads, [&]() -> result<void> {
    for (const auto& held : *tables) {
      auto file = export_table(held, terms);
      if (!file) return file.error();
      out.tables.push_back(std::move(*file));
    }
    return {};
  });
  if (!read) return read.error();
  if (auto written = write_manifest(terms.folder, out); !written) return written.error();
  return out;
}

}  // namespace rltrader::storage
