// Backs up a whole store while a daemon goes on: its files, its part of a server, the simulated venue's books and the artifacts.
#pragma once

#include "adapters/storage/backup_manifest.hpp"
#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

struct backup_terms {
  std::string folder;        ///< made; it must be empty
  std::string artifact_dir;  ///< perhaps not there
  instant moment{};          ///< what the manifest says; the machine's clock
  std::string tool_version;
};

/// Ops state, market data, venue.db, market.json and HALTED are of one moment. errc::not_found when there is no store, conflict for a
/// folder with something in it, locked when ops state changed at each attempt to find one moment, unavailable without a pg_dump that
/// fits. A failure leaves no manifest.json.
result<backup_manifest> back_up_store(const store_place& place, const backup_terms& terms);

}  // namespace rltrader::storage
