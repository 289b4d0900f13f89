// Finds the slice that is asked for, and aggregates it where the interval is a longer one.
#include "adapters/exchange/bar_history.hpp"

#include <algorithm>
#include <string>

namespace rltrader {

namespace {

std::span<const candle> between(std::span<const candle> series, instant start, instant end) {
  const auto by_time = [](const candle& c, instant t) { return c.open_time < t; };
  const auto first = std::lower_bound(series.begin(), series.end(), start, by_time);
  const auto last = std::lower_bound(first, series.end(), end, by_time);
  return {first, last};
}

/// The newest bars of the slice whose close is not after `now`.
std::vector<candle> newest_closed(std::span<const candle> slice, interval i, const history_question& asked) {
  auto end = slice.end();
  while (end != slice.begin() && next_open(i, std::prev(end)->open_time) > asked.now) --end;
  const auto count = std::min<std::int64_t>(end - slice.begin(), std::max<std::int64_t>(asked.limit, 0));
  return {end - count, end};
}

}  // namespace

result<std::vector<candle>> bars_of(std::span<const candle> series, interval of, const history_question& asked) {
  if (asked.interval == of) {
    const auto end = std::min(asked.end, asked.now);
    return newest_closed(between(series, asked.start, end), of, asked);
  }
  if (!builds(of, asked.interval))
    return failure{errc::unsupported, "bars of " + std::string(text_of(asked.interval)) +
                                          " cannot be built from bars of " + std::string(text_of(of))};
  // Only as far back as the limit can reach; a month counts 31 days here.
  const auto end = next_open(asked.interval, open_of(asked.interval, std::min(asked.end, asked.now)));
  const auto span = nominal_length(asked.interval) * 31 / 30 * std::clamp<std::int64_t>(asked.limit + 2, 0, 1'000'000);
  const auto start = open_of(asked.interval, std::max(asked.start, end - span));
  aggregator build(of, asked.interval);
  std::vector<candle> whole;
  for (const auto& part : between(series, start, end)) {
    if (next_open(of, part.open_time) > asked.now) break;
    const auto built = build.push(part);
    if (built && build.complete() && built->open_time >= asked.start && built->open_time < asked.end)
      whole.push_back(*built);
  }
  return newest_closed(whole, asked.interval, asked);
}

}  // namespace rltrader
