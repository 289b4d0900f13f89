// Writes tables as files of rows with a manifest, all as of one moment, while others go on writing to the store.
#pragma once

#include "adapters/storage/export_manifest.hpp"
#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

struct export_terms {
  std::string folder;               ///< made; empty, or with an earlier export when that may be replaced
  std::vector<std::string> tables;  ///< empty: all
  bool overwrite = false;
  instant moment{};  ///< what the manifest says; the machine's clock
  std::string tool_version;
  progress_listener progress;
};

/// errc::not_found for a table that is none, errc::conflict for a folder with something in it, store_failed for the disk. A
/// failure leaves no manifest.json.
result<export_manifest> export_store(whole_store& from, const export_terms& terms);

/// Makes a folder, or finds it empty; errc::conflict names what is in it beside `may_stay`.
result<void> empty_folder(const std::string& folder, const std::function<bool(const std::string&)>& may_stay = {});

}  // namespace rltrader::storage
