// Market data and the simulated venue's books in memory, for replay, demo and tests.
#pragma once

#include "ports/market_store.hpp"
#include "ports/venue_journal.hpp"

#include <map>

namespace rltrader::storage {

/// Keeps the newest rows of each series (a kind of row, a pair, an interval), at most so many.
class memory_market final : public ports::market_store {
 public:
  explicit memory_market(std::size_t kept_most = 100'000) : rows_most_(kept_most) {}

  result<void> append(const std::vector<ports::market_row>& rows) override;
  result<void> append_bars(const std::vector<bar>& bars, const std::string& source) override;
  result<void> append_funding(const std::vector<funding>& rows, const std::string& source) override;
  result<std::vector<candle>> candles(const ports::candle_query& query) override;
  result<std::vector<funding>> funding_rates(const pair_name& pair, std::optional<instant> start,
                                             std::int64_t limit) override;
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& query, ports::row_sink into) override;
  std::string backend() const override { return "memory"; }

 private:
  /// Rows of one series by time, and within a moment by their key.
  using series = std::map<std::pair<std::int64_t, std::string>, ports::market_row>;
  void add(ports::market_row row);
  const series* find(std::size_t kind, const pair_name& pair, std::string_view interval) const;

  std::size_t rows_most_;
  std::map<std::pair<std::size_t, std::string>, series> all_;
};

class memory_journal final : public ports::venue_journal {
 public:
  result<void> write(const std::vector<ports::venue_row>& rows) override;
  result<std::vector<ports::venue_row>> load() override;

 private:
  std::map<std::pair<std::string, std::string>, std::string> books_;
};

}  // namespace rltrader::storage
