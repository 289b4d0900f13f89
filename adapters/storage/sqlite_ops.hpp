// The ops store in a SQLite file: one transaction a batch, the audit chain's head in the same transaction.
#pragma once

#include "adapters/storage/ops_lists.hpp"
#include "adapters/storage/sqlite_rows.hpp"
#include "domain/audit.hpp"
#include "ports/ops_store.hpp"

#include <functional>

namespace rltrader::storage {

/// All reads, over one connection.
template <class Base>
class sqlite_reading : public ops_lists<sqlite_reading<Base>, Base> {
 public:
  explicit sqlite_reading(sqlite_connection connection) : connection_(std::move(connection)) {}

  result<std::int64_t> page_into(const table& t, const list_request& request, ports::row_sink into) {
    return read_page(connection_, t, request, into);
  }
  result<std::int64_t> verify_audit() final;

 protected:
  sqlite_connection connection_;
};

class sqlite_ops final : public sqlite_reading<ports::ops_store> {
 public:
  static result<std::unique_ptr<sqlite_ops>> open(const std::string& path);

  result<void> commit(const ports::write_batch& rows) override;
  result<ports::desk_image> load() override;
  result<void> retain(instant metrics_from, instant idempotency_from) override;
  std::string backend() const override;
  sqlite_connection& connection() { return connection_; }

 private:
  using sqlite_reading::sqlite_reading;
  result<void> write_all(const ports::write_batch& rows);
};

/// A read-only connection of its own; statements stop with errc::unavailable when `give_up` says so.
class sqlite_ops_reader final : public sqlite_reading<ports::ops_reader> {
 public:
  static result<std::unique_ptr<sqlite_ops_reader>> open(const std::string& path, std::function<bool()> give_up);

 private:
  using sqlite_reading::sqlite_reading;
};

}  // namespace rltrader::storage
