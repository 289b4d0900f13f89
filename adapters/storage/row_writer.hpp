// Writes the rows of one table as JSONL, and says how many they were and what the file's digest is.
#pragma once

#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/export_manifest.hpp"
#include "adapters/storage/table.hpp"
#include "domain/sha256.hpp"

#include <string>

namespace rltrader::storage {

class row_writer {
 public:
  /// Begins <folder>/<table>.jsonl. Nothing is there until finish(), and nothing stays if that is never called.
  static result<row_writer> create(const std::string& folder, const table& t);

  /// Adds a row as one line; where it comes from becomes its field _source, unless that is an empty text.
  result<void> write(const void* row, const std::string& source);
  /// The file is durable under its name.
  result<manifest_file> finish();

 private:
  row_writer(const table& t, durable_file file);

  const table& table_;
  durable_file file_;
  sha256 digest_;
  manifest_file about_;
};

}  // namespace rltrader::storage
