// History out of what was read; nothing of the future is ever shown.
#include "adapters/exchange/replay_source.hpp"

#include "adapters/exchange/bar_history.hpp"

#include <utility>

namespace rltrader {

replay_source::replay_source(std::vector<const candle_series*> series, const ports::clock& clock)
    : series_(std::move(series)), clock_(clock) {}

result<std::vector<candle>> replay_source::history(const pair_name& pair, interval i, instant start, instant end,
                                                   std::int64_t limit) {
  const candle_series* best = nullptr;
  bool known = false;
  for (const auto* s : series_) {
    if (s->pair != pair) continue;
    known = true;
    if (s->interval == i) {
      best = s;
      break;
    }
    if (builds(s->interval, i) && (best == nullptr || nominal_length(best->interval) < nominal_length(s->interval)))
      best = s;
  }
  if (!known) return failure{errc::not_found, pair.text() + " is not in the recording"};
  if (best == nullptr)
    return failure{errc::unsupported, "the recording of " + pair.text() + " has no bars of " + std::string(text_of(i)) +
                                          " and none that build them"};
  return bars_of(best->candles, best->interval, {i, start, end, limit, clock_.now()});
}

}  // namespace rltrader
