// Where market data comes from: simulator, recording or exchange. Pushes what happens; answers for the past.
#pragma once

#include "domain/market.hpp"
#include "domain/result.hpp"

#include <functional>
#include <variant>
#include <vector>

namespace rltrader::ports {

using market_event = std::variant<bar, tick, funding>;

struct market_source {
  virtual ~market_source() = default;
  /// Closed bars of the past, oldest first, at most `limit`, open_time within [start, end).
  virtual result<std::vector<candle>> history(const pair_name& pair, interval i, instant start, instant end,
                                              std::int64_t limit) = 0;
  /// Where events go from now on; may run on any thread. An empty function stops them.
  virtual void on_event(std::function<void(const market_event&)> sink) = 0;
  /// sim, replay or bingx: every row says where it is from.
  virtual std::string name() const = 0;
};

}  // namespace rltrader::ports
