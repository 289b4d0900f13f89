// The ops store over a SQL connection: one transaction a batch, the audit chain's head in the same transaction.
#pragma once

#include "adapters/storage/ops_lists.hpp"
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

 private:
  result<void> write_all(const ports::write_batch& rows);
};

using sql_ops_reader = sql_reading<ports::ops_reader>;

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
