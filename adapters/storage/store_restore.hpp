// Brings a backup into a data folder without a store and, where part of it lay on a server, into an empty schema.
#pragma once

#include "adapters/storage/backup_manifest.hpp"
#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

struct restore_terms {
  std::string folder;        ///< of the backup
  std::string artifact_dir;  ///< where its artifacts go
};

/// Whoever calls holds the data folder's lock. All digests are checked before anything is written. errc::conflict names what is in the
/// way, corrupt a damaged file, refused a backup of another kind of store or a role that may not restore TimescaleDB. A failure takes
/// away what was written into the folder; a server takes all or nothing.
result<backup_manifest> restore_store(const store_place& to, const restore_terms& terms);

}  // namespace rltrader::storage
