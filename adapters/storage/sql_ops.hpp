// The ops store over a SQL connection: one transaction a batch, the audit chain's head in the same transaction.
#pragma once

#include "adapters/storage/ops_lists.hpp"
#include "adapters/storage/sql_jobs.hpp"
#include "adapters/storage/sql_rows.hpp"
#include "domain/audit.hpp"

#include <memory>

namespace rltrader::storage {

/// All reads, over one connection.
template <class Base>
class sql_reading : public ops_lists<sql_reading<Base>, Base> {
 public:
  explicit sql_reading(std::unique_ptr<sql_connection> connection) : connection_(std::move(connection)) {}

  result<std::int64_t> page_into(const table& t, const list_request& request, ports::row_sink into) {
    return read_page(*connection_, t, request, into);
  }
  result<std::int64_t> verify_audit() final;
  sql_connection& connection() { return *connection_; }

 protected:
  std::unique_ptr<sql_connection> connection_;
};

class sql_ops final : public sql_reading<ports::ops_store> {
 public:
  using sql_reading::sql_reading;

  result<void> commit(const ports::write_batch& rows) override;
  result<ports::desk_image> load() override;
  result<void> retain(instant metrics_from, instant idempotency_from) override;
  result<void> tend() override;
  milliseconds tended_every() const override;
  std::string backend() const override;

  result<retry_job> enqueue(const retry_job& job) override { return jobs().enqueue(job); }
  result<std::vector<retry_job>> claim(const ports::job_claim& what) override { return jobs().claim(what); }
  result<bool> finish(const job_end& end) override { return jobs().finish(end); }
  result<std::vector<retry_job>> reap(const ports::lease_check& what) override { return jobs().reap(what); }
  result<retry_job> change(const ports::job_change& what) override { return jobs().change(what); }
  result<ports::job_depth> depth() override { return jobs().depth(); }

 private:
  sql_jobs jobs() { return sql_jobs(*connection_); }
};

using sql_ops_reader = sql_reading<ports::ops_reader>;

/// Writes a batch, notes as links of the audit chain, within the transaction that is open.
result<void> write_rows(sql_connection& connection, const ports::write_batch& rows);
/// A store that cannot be written to answers for itself: nothing was kept, whatever the reason.
failure write_failure(failure why);
/// The end of the audit chain that a store has.
result<audit_head> audit_head_of(sql_connection& connection);
result<void> set_audit_head(sql_connection& connection, const audit_head& head);
/// Adds a link to the chain within the writing transaction that is open.
result<void> add_audit_note(sql_connection& connection, const audit_note& note);
/// Walks the chain within the transaction that is open; returns its length, or errc::corrupt with the first link that is wrong.
result<std::int64_t> walk_audit(sql_connection& connection);
/// The table of the chain's end, made beside those of records.
std::string audit_head_sql(const sql_dialect& dialect);

}  // namespace rltrader::storage
