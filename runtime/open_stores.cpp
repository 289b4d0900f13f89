// Files unless the settings say PostgreSQL; the simulated venue's books always lie beside the data folder's market.
#include "runtime/open_stores.hpp"

#include "adapters/storage/source_guard.hpp"
#include "runtime/holder.hpp"

namespace rltrader {

namespace {

result<void> open_files(const settings& v, const store_use& use, stores& s) {
  if (!v.timescale_ops) {
    auto ops = storage::open_sqlite_ops(v.data_dir + "/ops.db", use.origin);
    if (!ops) return ops.error();
    s.ops = std::move(*ops);
    auto reader = storage::open_sqlite_ops_reader(v.data_dir + "/ops.db", use.give_up);
    if (!reader) return reader.error();
    s.reader = std::move(*reader);
    s.backends.push_back("ops: " + s.ops->backend());
  }
  if (!v.timescale_market) {
    auto market = storage::open_sqlite_market(v.data_dir + "/market.db");
    if (!market) return market.error();
    s.market = std::move(*market);
    s.backends.push_back("market data: " + s.market->backend());
  }
  auto journal = storage::open_sqlite_journal(v.data_dir + "/venue.db");
  if (!journal) return journal.error();
  s.journal = std::move(*journal);
  return {};
}

}  // namespace

storage::postgres_target postgres_of(const settings& v, const store_use& use) {
  return {.url = v.timescale_url,
          .schema = v.timescale_schema,
          .ops = v.timescale_ops,
          .market = v.timescale_market,
          .origin = use.origin,
          .holder = holder_text(use.what, use.now),
          .is_gone = holder_is_gone,
          .seconds = use.seconds,
          .connections_most = static_cast<int>(v.timescale_pool_max),
          .read_within = milliseconds{static_cast<std::int64_t>(use.read_seconds_most * 1000)}};
}

result<stores> open_stores(const settings& v, const store_use& use) {
  stores s;
  if (v.timescale_ops || v.timescale_market) {
    auto opened = storage::open_postgres(postgres_of(v, use));
    if (!opened) return opened.error();
    s.ops = std::move(opened->ops);
    s.reader = std::move(opened->reader);
    s.market = std::move(opened->market);
    s.wakeup = std::move(opened->wakeup);
    if (s.ops) s.backends.push_back("ops: " + s.ops->backend());
    if (s.market) s.backends.push_back("market data: " + s.market->backend());
    s.backends.insert(s.backends.end(), opened->notes.begin(), opened->notes.end());
    s.warnings = std::move(opened->warnings);
  }
  if (auto files = open_files(v, use, s); !files) return files.error();
  if (v.test_data_disabled) {
    s.ops = storage::guarded(std::move(s.ops), use.origin);
    s.market = storage::guarded(std::move(s.market));
  }
  return s;
}

}  // namespace rltrader
