// What a backup holds: manifest.json beside its files, with sizes and digests that are checked before anything is restored.
#pragma once

#include "domain/describe.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rltrader::storage {

/// A file of a backup.
struct backup_file {
  std::string file;
  std::int64_t bytes = 0;
  std::string sha256;
  friend bool operator==(const backup_file&, const backup_file&) = default;
  static constexpr auto type_name = "backup_file";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"file", &backup_file::file, "beside the manifest, or beneath artifacts/"},
             field{"bytes", &backup_file::bytes, "size of the file", rule{.least = 0}},
             field{"sha256", &backup_file::sha256, "of the file, hexadecimal", rule{.longest = 64}});
  }
};

/// The whole backup; all but the artifacts is as of one moment.
struct backup_manifest {
  std::int64_t backup_version = 1;
  instant moment{};
  std::string backend;
  std::string tool_version;
  bool ops_on_server = false;
  bool market_on_server = false;
  std::string schema;
  std::string timescaledb;
  std::vector<backup_file> files;
  friend bool operator==(const backup_manifest&, const backup_manifest&) = default;
  static constexpr auto type_name = "backup_manifest";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"backup_version", &backup_manifest::backup_version, "of this layout; 1", rule{.least = 1}},
             field{"moment", &backup_manifest::moment, "as of when all is"},
             field{"backend", &backup_manifest::backend, "the store that it comes from"},
             field{"tool_version", &backup_manifest::tool_version, "the program that wrote it"},
             field{"ops_on_server", &backup_manifest::ops_on_server, "whether ops state is in postgres.dump"},
             field{"market_on_server", &backup_manifest::market_on_server, "whether market data are in postgres.dump"},
             field{"schema", &backup_manifest::schema, "of the server; empty: all lies in files"},
             field{"timescaledb", &backup_manifest::timescaledb,
                   "the extension's version; then postgres.dump is the whole database"},
             field{"files", &backup_manifest::files, "each file", rule{.longest = 1'000'000}});
  }
};

/// What pg_dump wrote.
inline constexpr auto postgres_dump_file = "postgres.dump";
/// Beneath it lie the artifacts.
inline constexpr auto artifacts_of_backup = "artifacts/";

/// Size and digest of folder/file as it is.
result<backup_file> measured_backup_file(const std::string& folder, const std::string& file);
/// Writes manifest.json into the folder, last: a backup without one was not finished.
result<void> write_backup_manifest(const std::string& folder, const backup_manifest& manifest);
/// Reads it. errc::not_found: none; malformed: none of a backup; unsupported: of a newer version than this program knows.
result<backup_manifest> read_backup_manifest(const std::string& folder);
/// Holds each file against its size and digest; errc::corrupt names the first that differs.
result<void> check_backup_files(const std::string& folder, const backup_manifest& manifest);

/// Copies a regular file durably to a path that has nothing; folders on the way are made.
result<void> copy_file_durably(const std::string& from, const std::string& to);
/// Makes durable what another program has written.
result<void> sync_file(const std::string& path);

}  // namespace rltrader::storage
