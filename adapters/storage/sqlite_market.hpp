// Market data in a SQLite file of its own: candles by series number, 66 bytes a bar.
#pragma once

#include "adapters/storage/sqlite_connection.hpp"
#include "ports/market_store.hpp"

#include <map>

namespace rltrader::storage {

class sqlite_market final : public ports::market_store {
 public:
  static result<std::unique_ptr<sqlite_market>> open(const std::string& path);

  result<void> append_bars(const std::vector<bar>& bars, const std::string& source) override;
  result<void> append_funding(const std::vector<funding>& rows, const std::string& source) override;
  result<std::vector<candle>> candles(const ports::candle_query& query) override;
  result<std::vector<funding>> funding_rates(const pair_name& pair, std::optional<instant> start,
                                             std::int64_t limit) override;
  std::string backend() const override;

 private:
  explicit sqlite_market(sqlite_connection connection) : connection_(std::move(connection)) {}
  /// The number of a pair's series, or of a source; made when there is none.
  result<std::int64_t> number_of(const std::string& sort, const std::string& name);
  result<void> write(const std::vector<bar>& bars, const std::string& source);

  sqlite_connection connection_;
  std::map<std::pair<std::string, std::string>, std::int64_t> numbers_;  ///< of names that are surely in the file
};

}  // namespace rltrader::storage
