// Opens the stores: what the daemon and the command line need to know of this folder.
//
// A failure names the file: errc::corrupt (damaged, not a database), refused (newer, or another program's), locked,
// store_failed (folder, rights, disk).
#pragma once

#include "ports/artifact_store.hpp"
#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"
#include "ports/venue_journal.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rltrader::storage {

/// WAL and FULL: what commit() has answered for is on the disk. Rows say that they come from `origin`: sim, replay, bingx...
result<std::unique_ptr<ports::ops_store>> open_sqlite_ops(const std::string& path, const std::string& origin = "");
/// A read-only connection of its own to a file that a writer has made; long statements ask `give_up` about every 0.1 ms.
result<std::unique_ptr<ports::ops_reader>> open_sqlite_ops_reader(const std::string& path,
                                                                  std::function<bool()> give_up);
/// WAL and NORMAL: a power cut may lose the newest bars.
result<std::unique_ptr<ports::market_store>> open_sqlite_market(const std::string& path);
/// WAL and FULL.
result<std::unique_ptr<ports::venue_journal>> open_sqlite_journal(const std::string& path);
/// A folder of artifacts, made if it is missing; each keep() is durable.
result<std::unique_ptr<ports::artifact_store>> open_file_artifacts(const std::string& folder);

/// Keeps at most `kept_most` rows of each kind that nothing depends on any more.
std::unique_ptr<ports::ops_store> make_memory_ops(std::size_t kept_most = 10'000);
std::unique_ptr<ports::market_store> make_memory_market();
std::unique_ptr<ports::venue_journal> make_memory_journal();
std::unique_ptr<ports::artifact_store> make_memory_artifacts();

}  // namespace rltrader::storage
