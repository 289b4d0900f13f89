// What the core needs of the store of market data: candles and funding, apart from ops state so that neither delays the other.
#pragma once

#include "domain/market.hpp"
#include "domain/market_records.hpp"
#include "domain/result.hpp"

#include <string>
#include <variant>
#include <vector>

namespace rltrader::ports {

/// A row of market data. A closed bar is never replaced by one that is still growing; trades and books stay as first written,
/// of the others the newest of a key wins.
using market_row = std::variant<candle_record, market_trade, orderbook_snapshot, funding_record, open_interest_record,
                                mark_index_price, ticker_snapshot, feature_snapshot_record>;

struct candle_query {
  pair_name pair;
  rltrader::interval interval{};
  std::optional<instant> start{};  ///< open_time, inclusive
  std::optional<instant> end{};    ///< open_time, exclusive
  std::int64_t limit = 500;        ///< the newest ones win; answered oldest first
};

struct market_store {
  virtual ~market_store() = default;
  /// Closed bars; the same bar again changes nothing unless its content differs, then the new one wins.
  virtual result<void> append_bars(const std::vector<bar>& bars, const std::string& source) = 0;
  virtual result<void> append_funding(const std::vector<funding>& rows, const std::string& source) = 0;
  virtual result<std::vector<candle>> candles(const candle_query&) = 0;
  virtual result<std::vector<funding>> funding_rates(const pair_name&, std::optional<instant> start,
                                                     std::int64_t limit) = 0;
  virtual std::string backend() const = 0;
};

}  // namespace rltrader::ports
