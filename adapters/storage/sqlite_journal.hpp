// The simulated venue's books in a SQLite file of its own, so that killing the daemon does not make the venue forget.
#pragma once

#include "adapters/storage/sqlite_connection.hpp"
#include "ports/venue_journal.hpp"

namespace rltrader::storage {

class sqlite_journal final : public ports::venue_journal {
 public:
  static result<std::unique_ptr<sqlite_journal>> open(const std::string& path);

  result<void> write(const std::vector<ports::venue_row>& rows) override;
  result<std::vector<ports::venue_row>> load() override;

 private:
  explicit sqlite_journal(sqlite_connection connection) : connection_(std::move(connection)) {}

  sqlite_connection connection_;
};

}  // namespace rltrader::storage
