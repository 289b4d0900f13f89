// Market data and the simulated venue's books in memory, for replay, demo and tests.
#pragma once

#include "ports/market_store.hpp"
#include "ports/venue_journal.hpp"

#include <map>

namespace rltrader::storage {

/// Keeps the newest bars of each series, at most so many.
class memory_market final : public ports::market_store {
 public:
  explicit memory_market(std::size_t bars_most = 100'000) : bars_most_(bars_most) {}

  result<void> append_bars(const std::vector<bar>& bars, const std::string& source) override;
  result<void> append_funding(const std::vector<funding>& rows, const std::string& source) override;
  result<std::vector<candle>> candles(const ports::candle_query& query) override;
  result<std::vector<funding>> funding_rates(const pair_name& pair, std::optional<instant> start,
                                             std::int64_t limit) override;
  std::string backend() const override { return "memory"; }

 private:
  std::size_t bars_most_;
  std::map<std::pair<pair_name, interval>, std::map<instant, candle>> candles_;
  std::map<pair_name, std::map<instant, funding>> funding_;
};

class memory_journal final : public ports::venue_journal {
 public:
  result<void> write(const std::vector<ports::venue_row>& rows) override;
  result<std::vector<ports::venue_row>> load() override;

 private:
  std::map<std::pair<std::string, std::string>, std::string> books_;
};

}  // namespace rltrader::storage
