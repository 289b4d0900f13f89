// What the market says: candles of an interval, prices, funding.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rltrader {

enum class interval : unsigned char { m1, m3, m5, m15, m30, h1, h2, h4, h6, h8, h12, d1, d3, w1, mo1 };

constexpr auto words(interval) {
  return std::array{word{interval::m1, "1m"},   word{interval::m3, "3m"},   word{interval::m5, "5m"},
                    word{interval::m15, "15m"}, word{interval::m30, "30m"}, word{interval::h1, "1h"},
                    word{interval::h2, "2h"},   word{interval::h4, "4h"},   word{interval::h6, "6h"},
                    word{interval::h8, "8h"},   word{interval::h12, "12h"}, word{interval::d1, "1d"},
                    word{interval::d3, "3d"},   word{interval::w1, "1w"},   word{interval::mo1, "1M"}};
}

/// The span of an interval; a month counts as 30 days here, where only a bound is needed.
milliseconds nominal_length(interval i);
/// The open of the bar that `t` lies in: epoch-aligned, weeks from Monday, months from the first, all UTC.
instant open_of(interval i, instant t);
/// The open of the bar after the one that opens at `open`, which is also the close of that one.
instant next_open(interval i, instant open);
/// Whether bars of `whole` are made of whole bars of the shorter `part`: 5m builds 15m, 8h does not build 12h.
bool builds(interval part, interval whole);

/// One bar. Prices in USDT, volume in base coins (some recorded series give quote volume; the series says so).
struct candle {
  instant open_time{};
  price open;
  price high;
  price low;
  price close;
  quantity volume;

  friend bool operator==(const candle&, const candle&) = default;
  static constexpr auto type_name = "candle";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"open_time", &candle::open_time, "the bar's open"}, field{"open", &candle::open, "USDT"},
             field{"high", &candle::high, "USDT"}, field{"low", &candle::low, "USDT"},
             field{"close", &candle::close, "USDT"}, field{"volume", &candle::volume, "base coins"});
  }
};

/// Why a candle cannot be one: prices not positive, high below low, open or close outside, volume negative. Empty: it can.
std::string_view candle_defect(const candle& c);

/// A closed bar of a pair as the feed passes it on.
struct bar {
  pair_name pair;
  rltrader::interval interval{};
  rltrader::candle candle;

  friend bool operator==(const bar&, const bar&) = default;
  static constexpr auto type_name = "bar";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &bar::pair, "the pair"}, field{"interval", &bar::interval, "the bar's length"},
             field{"candle", &bar::candle, "the closed bar"});
  }
  instant close_time() const { return next_open(interval, candle.open_time); }
};

/// A price seen: last trade and mark. Stale after ten seconds (risk.md, measure 1).
struct tick {
  pair_name pair;
  instant at{};
  price last;
  price mark;

  friend bool operator==(const tick&, const tick&) = default;
  static constexpr auto type_name = "tick";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &tick::pair, "the pair"}, field{"at", &tick::at, "when the venue said so"},
             field{"last", &tick::last, "last trade, USDT"}, field{"mark", &tick::mark, "mark price, USDT"});
  }
};

/// Funding paid at `at`: longs pay rate x notional when it is positive, shorts receive it.
struct funding {
  pair_name pair;
  instant at{};
  rltrader::rate rate;

  friend bool operator==(const funding&, const funding&) = default;
  static constexpr auto type_name = "funding";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &funding::pair, "the pair"}, field{"at", &funding::at, "the funding time"},
             field{"rate", &funding::rate, "fraction of the notional"});
  }
};

/// Builds bars of a longer interval from closed bars of a shorter one. A longer bar is given when its last part has closed;
/// one whose last part never comes is given, incomplete, with the first part of a later bar (or not at all, when that part
/// completes its own bar). Parts that are not newer than the last one are ignored. Demands builds(from, to).
class aggregator {
 public:
  aggregator() = default;
  aggregator(interval from, interval to) : from_(from), to_(to) {}
  /// The longer bar that this one completes, if it completes one. A part that is missing leaves the bar marked incomplete.
  std::optional<candle> push(const candle& part);
  interval target() const { return to_; }
  /// Whether the bar that was given last had all its parts.
  bool complete() const { return complete_; }

 private:
  interval from_{};
  interval to_{};
  std::optional<candle> open_;
  std::optional<instant> last_part_;
  instant end_{};                   ///< where the open bar closes
  std::int64_t parts_missing_ = 0;  ///< of the open bar
  bool complete_ = false;
};

}  // namespace rltrader
