// Answers for the past from one series of bars: in its own interval, or built into a longer one.
#pragma once

#include "domain/market.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace rltrader {

/// What is asked of a series. `now` hides what has not closed yet.
struct history_question {
  rltrader::interval interval{};
  instant start{};         ///< open time, inclusive
  instant end{};           ///< open time, exclusive
  std::int64_t limit = 0;  ///< the newest ones win
  instant now{};
};

/// Closed bars, oldest first, complete ones only where they are built from shorter ones. Fails with `unsupported` for an
/// interval that the series does not build.
result<std::vector<candle>> bars_of(std::span<const candle> series, rltrader::interval of,
                                    const history_question& asked);

}  // namespace rltrader
