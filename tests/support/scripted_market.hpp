// A market source that a test pushes, with a past that it remembers, and seeded candles to push.
#pragma once

#include "ports/clock.hpp"
#include "ports/market_source.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace rltrader::testing_support {

class scripted_market final : public ports::market_source {
 public:
  /// Past bars, as if they had been pushed before anybody listened.
  void keep(const pair_name& pair, interval i, const std::vector<candle>& past) {
    auto& kept = bars_[{pair, i}];
    kept.insert(kept.end(), past.begin(), past.end());
  }
  /// Remembers a bar and tells whoever listens.
  void push(const ports::market_event& what) {
    if (const auto* b = std::get_if<bar>(&what)) bars_[{b->pair, b->interval}].push_back(b->candle);
    if (sink_) sink_(what);
  }

  result<std::vector<candle>> history(const pair_name& pair, interval i, instant start, instant end,
                                      std::int64_t limit) override {
    std::vector<candle> out;
    for (const auto& c : bars_[{pair, i}])
      if (c.open_time >= start && c.open_time < end) out.push_back(c);
    if (static_cast<std::int64_t>(out.size()) > limit) out.erase(out.begin(), out.end() - limit);
    return out;
  }
  void on_event(std::function<void(const ports::market_event&)> sink) override { sink_ = std::move(sink); }
  std::string name() const override { return "script"; }
  const std::vector<candle>& bars(const pair_name& pair, interval i) { return bars_[{pair, i}]; }

 private:
  std::map<std::pair<pair_name, interval>, std::vector<candle>> bars_;
  std::function<void(const ports::market_event&)> sink_;
};

/// A random walk of bars without end: each opens a little beside the close before it.
class walk {
 public:
  walk(std::uint64_t seed, instant first_open, interval i, double start, double step = 0.0008)
      : chance_(seed), at_(first_open), interval_(i), last_(start), step_(step) {}

  candle next() {
    const auto amount = [](double x) { return price::of_double(std::round(x * 100) / 100); };
    const double open = last_ * (1 + 0.1 * step_ * draw());
    const double close = open * (1 + step_ * draw() + drift);
    candle c;
    c.open_time = at_;
    c.open = amount(open);
    c.close = amount(close);
    c.high = amount(std::max(open, close) * (1 + 0.3 * step_ * std::abs(draw())) + 0.01);
    c.low = amount(std::min(open, close) * (1 - 0.3 * step_ * std::abs(draw())) - 0.01);
    c.volume = quantity::of_double(std::round(100 * (40 + 10 * draw())) / 100);
    last_ = close;
    at_ = next_open(interval_, at_);
    return c;
  }
  std::vector<candle> next(std::size_t bars) {
    std::vector<candle> out;
    while (out.size() < bars) out.push_back(next());
    return out;
  }
  /// A sudden move before the next bar.
  void jump(double factor) { last_ *= factor; }

  /// The next bar opens here: what would have been before is never seen.
  void skip_to(instant open) { at_ = std::max(at_, open); }
  instant at() const { return at_; }

  double drift = 0;  ///< of each bar, a fraction

 private:
  /// -1..1, the same on every machine (the standard distributions are not).
  double draw() { return 2 * (static_cast<double>(chance_() >> 11) / 9007199254740992.0) - 1; }

  std::mt19937_64 chance_;
  instant at_;
  interval interval_;
  double last_;
  double step_;
};

}  // namespace rltrader::testing_support
