// The manifest of an export as a file, and what it vouches for.
#include "adapters/storage/export_manifest.hpp"

#include "adapters/storage/artifact_uri.hpp"
#include "adapters/storage/byte_reader.hpp"
#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/foreign_text.hpp"
#include "domain/sha256.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <set>

namespace rltrader::storage {

namespace {

constexpr std::size_t manifest_longest = 1024 * 1024;  // bytes; a table takes 200

std::string manifest_path(const std::string& folder) { return folder + "/manifest.json"; }

result<std::string> manifest_text(const std::string& folder) {
  auto source = open_file_source(manifest_path(folder));
  if (!source) return source.error();
  std::string text(manifest_longest + 1, '\0');
  std::size_t at = 0;
  while (at < text.size()) {
    const auto count = (*source)->read(text.data() + at, text.size() - at);
    if (!count) return count.error();
    if (*count == 0) break;
    at += *count;
  }
  text.resize(at);
  if (at > manifest_longest)
    return {errc::malformed, manifest_path(folder) + " must have at most " + grouped(manifest_longest) + " bytes"};
  return text;
}

failure unreadable(const std::string& folder, const std::vector<violation>& problems) {
  const auto& v = problems.front();
  return {errc::malformed, manifest_path(folder) + ": " + (v.field.empty() ? "" : printable(v.field) + " ") +
                               v.problem + (v.was.empty() ? "" : ", was " + printable(v.was))};
}

bool is_table_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What no manifest of ours says, above all names that lead out of the folder.
std::optional<violation> impossible(const export_manifest& manifest) {
  std::set<std::string> seen;
  for (const auto& f : manifest.tables) {
    if (!is_table_name(f.table)) return violation{"table", "must be small letters, digits and _", f.table};
    if (f.file != file_of_table(f.table)) return violation{"file", "must be " + file_of_table(f.table), f.file};
    if (!is_digest(f.sha256)) return violation{"sha256", "must be 64 lower-case hexadecimal digits", f.sha256};
    if (!seen.insert(f.table).second) return violation{"table", "must be named once", f.table};
  }
  return std::nullopt;
}

/// Rows, bytes and digest of a file as it is.
result<manifest_file> measured(const std::string& folder, const manifest_file& wanted) {
  auto source = open_file_source(folder + "/" + wanted.file);
  if (!source) return source.error();
  manifest_file found{wanted.table, wanted.file, 0, 0, {}};
  sha256 digest;
  std::string block(128 * 1024, '\0');
  for (;;) {
    const auto count = (*source)->read(block.data(), block.size());
    if (!count) return count.error();
    if (*count == 0) break;
    const std::string_view bytes(block.data(), *count);
    digest.update(bytes);
    found.bytes += static_cast<std::int64_t>(bytes.size());
    found.rows += std::count(bytes.begin(), bytes.end(), '\n');
  }
  const auto made = digest.finish();
  found.sha256 = hex_of(made.data(), made.size());
  return found;
}

std::string said(const manifest_file& f) {
  return grouped(f.rows) + " rows in " + grouped(f.bytes) + " bytes with the sha256 " + f.sha256;
}

}  // namespace

std::string file_of_table(std::string_view table) { return std::string(table) + ".jsonl"; }

result<void> write_manifest(const std::string& folder, const export_manifest& manifest) {
  auto file = durable_file::create(manifest_path(folder));
  if (!file) return file.error();
  if (auto written = file->write(to_json_of(manifest).dump(2, ' ', false, json::error_handler_t::replace) + "\n");
      !written)
    return written;
  return file->finish();
}

result<export_manifest> read_manifest(const std::string& folder) {
  const auto text = manifest_text(folder);
  if (!text) return text.error();
  const auto parsed = parse_json(*text);
  if (const auto* problems = std::get_if<std::vector<violation>>(&parsed)) return unreadable(folder, *problems);
  const auto& tree = std::get<json>(parsed);
  // Looked at first: a newer layout may have fields that this program does not know.
  const auto version = tree.is_object() ? tree.find("format_version") : tree.end();
  if (version != tree.end() && version->is_number_integer() && version->get<std::int64_t>() > manifest_version)
    return {errc::unsupported, manifest_path(folder) + " has format_version " + version->dump() +
                                   ", this program reads " + std::to_string(manifest_version) +
                                   ": use the program that wrote it, or a newer one"};
  auto manifest = from_json<export_manifest>(tree);
  if (const auto* problems = std::get_if<std::vector<violation>>(&manifest)) return unreadable(folder, *problems);
  auto& whole = std::get<export_manifest>(manifest);
  if (const auto problem = impossible(whole)) return unreadable(folder, {*problem});
  return std::move(whole);
}

result<void> check_files(const std::string& folder, const export_manifest& manifest) {
  if (const auto problem = impossible(manifest)) return unreadable(folder, {*problem});
  for (const auto& wanted : manifest.tables) {
    const auto found = measured(folder, wanted);
    if (!found) return found.error();
    if (*found != wanted)
      return {errc::corrupt, folder + "/" + wanted.file + " must have " + said(wanted) + ", has " + said(*found)};
  }
  return {};
}

}  // namespace rltrader::storage
