// The manifest of a backup as a file, and copies of files that survive a power cut.
#include "adapters/storage/backup_manifest.hpp"

#include "adapters/storage/artifact_uri.hpp"
#include "adapters/storage/byte_reader.hpp"
#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/foreign_text.hpp"
#include "domain/sha256.hpp"
#include "wire/json.hpp"

#include <cerrno>
#include <filesystem>
#include <functional>
#include <set>

#include <fcntl.h>
#include <unistd.h>

namespace rltrader::storage {

namespace {

constexpr std::int64_t known_backup_version = 1;
constexpr std::int64_t backup_manifest_longest = 256 * 1024 * 1024;  // bytes; a file takes 200
constexpr std::size_t copied_at_once = 256 * 1024;                   // bytes

std::string backup_manifest_path(const std::string& folder) { return folder + "/manifest.json"; }

result<void> each_block(const std::string& path, const std::function<result<void>(std::string_view)>& take) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  std::string block(copied_at_once, '\0');
  for (;;) {
    const auto count = (*source)->read(block.data(), block.size());
    if (!count) return count.error();
    if (*count == 0) return {};
    if (auto taken = take({block.data(), *count}); !taken) return taken;
  }
}

failure no_manifest_of_ours(const std::string& folder, const violation& v) {
  return {errc::malformed, backup_manifest_path(folder) +
                               " is no manifest of a backup: " + (v.field.empty() ? "" : printable(v.field) + " ") +
                               v.problem + (v.was.empty() ? "" : ", was " + printable(v.was))};
}

/// No name leads out of the folder or to what no backup holds.
bool is_backup_name(std::string_view name) {
  for (const auto* fixed : {"ops.db", "market.db", "venue.db", "market.json", "HALTED", postgres_dump_file})
    if (name == fixed) return true;
  const std::string_view beneath = artifacts_of_backup;
  if (!name.starts_with(beneath) || name.find('\0') != name.npos) return false;
  auto rest = name.substr(beneath.size());
  for (;;) {
    const auto slash = rest.find('/');
    const auto part = rest.substr(0, slash);
    if (part.empty() || part.front() == '.') return false;
    if (slash == rest.npos) return true;
    rest.remove_prefix(slash + 1);
  }
}

std::optional<violation> impossible_backup(const backup_manifest& manifest) {
  std::set<std::string> seen;
  for (const auto& f : manifest.files) {
    if (!is_backup_name(f.file)) return violation{"file", "must be a file of a backup", f.file};
    if (!is_digest(f.sha256)) return violation{"sha256", "must be 64 lower-case hexadecimal digits", f.sha256};
    if (!seen.insert(f.file).second) return violation{"file", "must be named once", f.file};
  }
  const bool on_server = manifest.ops_on_server || manifest.market_on_server;
  if (seen.contains(postgres_dump_file) != on_server || seen.contains("ops.db") == manifest.ops_on_server)
    return violation{"files", "must have ops.db or postgres.dump, as the manifest says where the store lay", {}};
  return std::nullopt;
}

}  // namespace

result<backup_file> measured_backup_file(const std::string& folder, const std::string& file) {
  backup_file out{file, 0, {}};
  sha256 digest;
  const auto read = each_block(folder + "/" + file, [&](std::string_view bytes) -> result<void> {
    digest.update(bytes);
    out.bytes += static_cast<std::int64_t>(bytes.size());
    return {};
  });
  if (!read) return read.error();
  const auto made = digest.finish();
  out.sha256 = hex_of(made.data(), made.size());
  return out;
}

result<void> write_backup_manifest(const std::string& folder, const backup_manifest& manifest) {
  auto file = durable_file::create(backup_manifest_path(folder));
  if (!file) return file.error();
  if (auto written = file->write(to_json_of(manifest).dump(2, ' ', false, json::error_handler_t::replace) + "\n");
      !written)
    return written;
  return file->finish();
}

result<backup_manifest> read_backup_manifest(const std::string& folder) {
  const auto path = backup_manifest_path(folder);
  std::string text;
  const auto read = each_block(path, [&](std::string_view bytes) -> result<void> {
    text += bytes;
    if (static_cast<std::int64_t>(text.size()) <= backup_manifest_longest) return {};
    return {errc::malformed, path + " must have at most " + grouped(backup_manifest_longest) + " bytes"};
  });
  if (!read && read.error().code == errc::not_found)
    return failure{errc::not_found, path + " is not there: " + folder + " is no backup, or one that was not finished"};
  if (!read) return read.error();
  const auto parsed = parse_json(text);
  if (const auto* problems = std::get_if<std::vector<violation>>(&parsed))
    return no_manifest_of_ours(folder, problems->front());
  const auto& tree = std::get<json>(parsed);
  // Looked at first: a newer layout may have fields that this program does not know.
  const auto version = tree.is_object() ? tree.find("backup_version") : tree.end();
  if (version != tree.end() && version->is_number_integer() && version->get<std::int64_t>() > known_backup_version)
    return failure{errc::unsupported, path + " has backup_version " + version->dump() + ", this program reads " +
                                          std::to_string(known_backup_version) +
                                          ": use the program that wrote it, or a "
                                          "newer one"};
  auto manifest = from_json<backup_manifest>(tree);
  if (const auto* problems = std::get_if<std::vector<violation>>(&manifest))
    return no_manifest_of_ours(folder, problems->front());
  auto& whole = std::get<backup_manifest>(manifest);
  if (const auto problem = impossible_backup(whole)) return no_manifest_of_ours(folder, *problem);
  return std::move(whole);
}

result<void> check_backup_files(const std::string& folder, const backup_manifest& manifest) {
  for (const auto& wanted : manifest.files) {
    const auto found = measured_backup_file(folder, wanted.file);
    if (!found) return found.error();
    if (*found != wanted)
      return {errc::corrupt, folder + "/" + wanted.file + " is damaged: it must have " + grouped(wanted.bytes) +
                                 " bytes with the sha256 " + wanted.sha256 + ", has " + grouped(found->bytes) +
                                 " with " + found->sha256 + "; use another backup"};
  }
  return {};
}

result<void> copy_file_durably(const std::string& from, const std::string& to) {
  std::error_code problem;
  const auto folder = std::filesystem::path(to).parent_path();
  std::filesystem::create_directories(folder, problem);
  if (problem) return {errc::store_failed, folder.string() + " cannot be made: " + problem.message()};
  auto file = durable_file::create(to);
  if (!file) return file.error();
  if (auto copied = each_block(from, [&](std::string_view bytes) { return file->write(bytes); }); !copied)
    return copied;
  return file->finish();
}

result<void> sync_file(const std::string& path) {
  const file_handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) return system_failure(path + " cannot be made durable", errno);
  return {};
}

}  // namespace rltrader::storage
