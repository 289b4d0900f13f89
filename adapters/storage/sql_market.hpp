// Market data over a SQL connection: upserts that touch only what differs, reads by range.
#pragma once

#include "adapters/storage/sql_rows.hpp"
#include "ports/market_store.hpp"

#include <memory>

namespace rltrader::storage {

class sql_market final : public ports::market_store {
 public:
  explicit sql_market(std::unique_ptr<sql_connection> connection) : connection_(std::move(connection)) {}

  result<void> append(const std::vector<ports::market_row>& rows) override;
  result<void> append_bars(const std::vector<bar>& bars, const std::string& source) override;
  result<void> append_funding(const std::vector<funding>& rows, const std::string& source) override;
  result<std::vector<candle>> candles(const ports::candle_query& query) override;
  result<std::vector<funding>> funding_rates(const pair_name& pair, std::optional<instant> start,
                                             std::int64_t limit) override;
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& query, ports::row_sink into) override;
  std::string backend() const override { return connection_->version() + " " + connection_->place(); }
  sql_connection& connection() { return *connection_; }

 private:
  std::unique_ptr<sql_connection> connection_;
};

}  // namespace rltrader::storage
