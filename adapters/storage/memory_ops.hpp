// The ops store in memory, for replay, demo and tests: the same rules as on disk, and a bound on what it keeps.
#pragma once

#include "adapters/storage/memory_table.hpp"
#include "adapters/storage/ops_lists.hpp"
#include "domain/audit.hpp"
#include "ports/ops_store.hpp"

#include <memory>
#include <tuple>
#include <unordered_map>

namespace rltrader::storage {

/// How much is kept. Rows that something still depends on (open orders, live jobs, positions, configuration) always are.
struct memory_limits {
  std::size_t rows_most =
      10'000;  ///< of each kind: decisions, fills, events, metrics, and what has ended of the others
};

/// The audit chain and the totals of lists without filters go on when old rows are forgotten. A fill that was forgotten
/// would be taken a second time; so the bound is far above what a venue repeats.
class memory_ops final : public ops_lists<memory_ops, ports::ops_store> {
 public:
  explicit memory_ops(memory_limits limits = {});
  ~memory_ops() override;

  result<void> commit(const ports::write_batch& rows) override;
  result<ports::desk_image> load() override;
  result<void> retain(instant metrics_from, instant idempotency_from) override;
  std::string backend() const override { return "memory"; }
  result<std::int64_t> verify_audit() override;

  result<retry_job> enqueue(const retry_job& job) override;
  result<std::vector<retry_job>> claim(const ports::job_claim& what) override;
  result<bool> finish(const job_end& end) override;
  result<std::vector<retry_job>> reap(const ports::lease_check& what) override;
  result<retry_job> change(const ports::job_change& what) override;
  result<ports::job_depth> depth() override;

  result<std::int64_t> page_into(const table& t, const list_request& request, ports::row_sink into);

 private:
  struct tables;
  template <class Which>
  std::vector<retry_job> live_jobs(Which&& which) const;
  std::optional<retry_job> live_of_key(const retry_job& job) const;

  std::unique_ptr<tables> tables_;
};

}  // namespace rltrader::storage
