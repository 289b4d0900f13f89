// The store that the settings name, opened for one command: with what keeps daemons out of it where the command changes something.
#pragma once

#include "adapters/storage/whole_store.hpp"
#include "runtime/lock_file.hpp"
#include "runtime/settings.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rltrader {

/// A store in use by a command; locks and leases are given back when it goes.
struct held_store {
  std::optional<folder_lock> lock;
  std::unique_ptr<storage::whole_store> store;
};

/// Where the settings' store is; `what` names the command to whoever comes second.
storage::store_place place_of(const settings& values, std::string_view what);
/// errc::locked names who holds the data folder or the server's store. Reading commands ask nobody.
result<held_store> open_held(const storage::store_place& place, storage::opening how);
/// A place that a command line names: postgresql://..., with a schema, or a folder.
storage::store_place place_at(const std::string& url_or_folder, const std::string& schema, std::string_view what);

/// The machine's clock.
instant machine_now();

}  // namespace rltrader
