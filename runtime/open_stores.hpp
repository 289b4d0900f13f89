// Opens the stores that the settings name: files in the data folder, or PostgreSQL. One place for the daemon and the command line.
#pragma once

#include "adapters/storage/postgres_stores.hpp"
#include "adapters/storage/storage.hpp"
#include "runtime/settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rltrader {

/// Who opens, and for what.
struct store_use {
  std::string what = "rltraderd";   ///< shown to whoever comes second
  std::string origin;               ///< what the rows say of where they come from: sim, bingx
  std::function<double()> seconds;  ///< a clock that only goes forward
  std::function<bool()> give_up;    ///< asked by long reads of a file
  double read_seconds_most = 1.5;   ///< of one statement of a list
  instant now{};                    ///< the machine's clock
};

struct stores {
  std::unique_ptr<ports::ops_store> ops;
  std::unique_ptr<ports::ops_reader> reader;
  std::unique_ptr<ports::market_store> market;
  std::unique_ptr<ports::venue_journal> journal;
  std::unique_ptr<storage::job_wakeup> wakeup;  ///< null where nobody says that a job was enqueued
  std::vector<std::string> backends;  ///< what is kept where, by which version of what: for /version and the log
  std::vector<std::string> warnings;
};

/// Each failure names the file or server, and what to do. errc::locked names who holds it.
result<stores> open_stores(const settings& values, const store_use& use);
/// The server that the settings name.
storage::postgres_target postgres_of(const settings& values, const store_use& use);

}  // namespace rltrader
