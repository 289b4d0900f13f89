// Names every backend once.
#include "adapters/storage/storage.hpp"

#include "adapters/storage/files_artifacts.hpp"
#include "adapters/storage/memory_artifacts.hpp"
#include "adapters/storage/memory_market.hpp"
#include "adapters/storage/memory_ops.hpp"
#include "adapters/storage/sqlite_journal.hpp"

namespace rltrader::storage {

namespace {

template <class Port, class Opened>
result<std::unique_ptr<Port>> as(result<std::unique_ptr<Opened>> opened) {
  if (!opened) return opened.error();
  return std::unique_ptr<Port>(std::move(*opened));
}

}  // namespace

result<std::unique_ptr<ports::venue_journal>> open_sqlite_journal(const std::string& path) {
  return as<ports::venue_journal>(sqlite_journal::open(path));
}
result<std::unique_ptr<ports::artifact_store>> open_file_artifacts(const std::string& folder) {
  return as<ports::artifact_store>(files_artifacts::open(folder));
}

std::unique_ptr<ports::ops_store> make_memory_ops(std::size_t kept_most) {
  return std::make_unique<memory_ops>(memory_limits{kept_most});
}
std::unique_ptr<ports::market_store> make_memory_market() { return std::make_unique<memory_market>(); }
std::unique_ptr<ports::venue_journal> make_memory_journal() { return std::make_unique<memory_journal>(); }
std::unique_ptr<ports::artifact_store> make_memory_artifacts() { return std::make_unique<memory_artifacts>(); }

}  // namespace rltrader::storage
