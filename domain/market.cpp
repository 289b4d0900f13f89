// Calendar arithmetic of intervals, what makes a candle impossible, and building longer bars from shorter ones.
#include "domain/market.hpp"

#include <algorithm>
#include <limits>

namespace rltrader {

namespace {

using std::chrono::days;

constexpr std::array<milliseconds, 15> lengths{minutes{1}, minutes{3}, minutes{5}, minutes{15}, minutes{30},
                                               hours{1},   hours{2},   hours{4},   hours{6},    hours{8},
                                               hours{12},  days{1},    days{3},    days{7},     days{30}};

/// The largest anchor + k x length at or before `t`, also before 1970.
constexpr instant floor_to(instant t, milliseconds length, milliseconds anchor) {
  const auto since = t.time_since_epoch() - anchor;
  auto rest = since % length;
  if (rest.count() < 0) rest += length;
  return t - rest;
}

/// 1970 began on a Thursday, so the first Monday is four days after it.
constexpr milliseconds first_monday = days{4};

instant month_of(instant t, int months_later) {
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date{day};
  const auto month = date.year() / date.month() + std::chrono::months{months_later};
  return instant{std::chrono::sys_days{month / std::chrono::day{1}}.time_since_epoch()};
}

/// Some series count volume in USDT, and a month of that may not fit: the most that fits then, for volume is no one's money.
quantity together(quantity a, quantity b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.raw(), b.raw(), &sum)) sum = std::numeric_limits<std::int64_t>::max();
  return quantity::of_raw(sum);
}

}  // namespace

milliseconds nominal_length(interval i) { return lengths[static_cast<std::size_t>(i)]; }

instant open_of(interval i, instant t) {
  if (i == interval::mo1) return month_of(t, 0);
  return floor_to(t, nominal_length(i), i == interval::w1 ? first_monday : milliseconds{0});
}

instant next_open(interval i, instant open) {
  if (i == interval::mo1) return month_of(open, 1);
  return open + nominal_length(i);
}

bool builds(interval part, interval whole) {
  const auto length = nominal_length(part);
  if (length >= nominal_length(whole)) return false;
  // Weeks and months begin at midnight of days that a three-day grid does not hit.
  if (whole == interval::w1 || whole == interval::mo1) return milliseconds{days{1}} % length == milliseconds{0};
  return nominal_length(whole) % length == milliseconds{0};
}

std::string_view candle_defect(const candle& c) {
  if (!c.open.positive() || !c.high.positive() || !c.low.positive() || !c.close.positive())
    return "prices must be positive";
  if (c.high < c.low) return "high must not be below low";
  if (c.open < c.low || c.open > c.high) return "open must lie between low and high";
  if (c.close < c.low || c.close > c.high) return "close must lie between low and high";
  if (c.volume.negative()) return "volume must not be negative";
  return {};
}

std::optional<candle> aggregator::push(const candle& part) {
  if (last_part_ && part.open_time <= *last_part_) return std::nullopt;
  last_part_ = part.open_time;

  std::optional<candle> given;
  if (open_ && part.open_time >= end_) {
    given = open_;  // its last part never came
    complete_ = false;
    open_.reset();
  }
  if (!open_) {
    const auto start = open_of(to_, part.open_time);
    end_ = next_open(to_, start);
    parts_missing_ = (end_ - start) / nominal_length(from_);
    open_ = candle{start, part.open, part.high, part.low, part.close, part.volume};
  } else {
    open_->high = std::max(open_->high, part.high);
    open_->low = std::min(open_->low, part.low);
    open_->close = part.close;
    open_->volume = together(open_->volume, part.volume);
  }
  --parts_missing_;

  if (next_open(from_, part.open_time) < end_) return given;
  given = open_;
  complete_ = parts_missing_ == 0;
  open_.reset();
  return given;
}

}  // namespace rltrader
