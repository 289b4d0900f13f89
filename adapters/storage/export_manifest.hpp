// What an exported folder holds: manifest.json beside one file a table, with counts and digests that are checked before a restore.
#pragma once

#include "domain/describe.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::storage {

/// A table's file.
struct manifest_file {
  std::string table;
  std::string file;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  friend bool operator==(const manifest_file&, const manifest_file&) = default;
  static constexpr auto type_name = "manifest_file";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"table", &manifest_file::table, "the table"},
             field{"file", &manifest_file::file, "its file, beside the manifest"},
             field{"rows", &manifest_file::rows, "lines of the file", rule{.least = 0}},
             field{"bytes", &manifest_file::bytes, "size of the file", rule{.least = 0}},
             field{"sha256", &manifest_file::sha256, "of the file, hexadecimal", rule{.longest = 64}});
  }
};

/// The whole export, consistent as of one moment.
struct export_manifest {
  std::int64_t format_version = 1;
  instant moment{};
  std::string backend;
  std::string tool_version;
  std::vector<manifest_file> tables;
  friend bool operator==(const export_manifest&, const export_manifest&) = default;
  static constexpr auto type_name = "export_manifest";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"format_version", &export_manifest::format_version, "of this layout; 1", rule{.least = 1}},
             field{"moment", &export_manifest::moment, "as of when all tables are"},
             field{"backend", &export_manifest::backend, "the store that they come from"},
             field{"tool_version", &export_manifest::tool_version, "the program that wrote them"},
             field{"tables", &export_manifest::tables, "one file each", rule{.longest = 1000}});
  }
};

inline constexpr std::int64_t manifest_version = 1;

/// <table>.jsonl
std::string file_of_table(std::string_view table);

/// Writes manifest.json into the folder, last: an export without one was not finished.
result<void> write_manifest(const std::string& folder, const export_manifest& manifest);
/// Reads it. errc::not_found: none; malformed: none that can be read; unsupported: of a newer version than this program knows.
result<export_manifest> read_manifest(const std::string& folder);
/// Holds each file against its size, count and digest; errc::corrupt names the first that differs, with what it must be and is.
result<void> check_files(const std::string& folder, const export_manifest& manifest);

}  // namespace rltrader::storage
