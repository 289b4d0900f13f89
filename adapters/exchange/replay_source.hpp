// Recorded candles as a market: the past is answered up to the current market time, the present is pushed by the driver.
#pragma once

#include "adapters/exchange/event_sink.hpp"
#include "adapters/exchange/market_files.hpp"
#include "ports/clock.hpp"
#include "ports/market_source.hpp"

#include <map>
#include <memory>

namespace rltrader {

class replay_source final : public ports::market_source {
 public:
  /// `series`: what may be asked for, one of each pair and interval; both arguments outlive the source.
  replay_source(std::vector<const candle_series*> series, const ports::clock& clock);

  /// From the series of that interval, else built from the longest one that builds it. `not_found` for a pair without any.
  result<std::vector<candle>> history(const pair_name& pair, interval i, instant start, instant end,
                                      std::int64_t limit) override;
  void on_event(std::function<void(const ports::market_event&)> sink) override { sink_.set(std::move(sink)); }
  std::string name() const override { return "replay"; }

  /// The driver's: passes an event on to whoever listens.
  void push(const ports::market_event& event) const { sink_.tell(event); }

 private:
  std::vector<const candle_series*> series_;
  const ports::clock& clock_;
  event_sink<ports::market_event> sink_;
};

}  // namespace rltrader
