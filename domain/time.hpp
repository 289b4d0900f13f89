// Points and spans of time: market time in milliseconds since 1970 UTC. No clock is read here.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rltrader {

using milliseconds = std::chrono::milliseconds;
using seconds = std::chrono::seconds;
using minutes = std::chrono::minutes;
using hours = std::chrono::hours;

/// Market time, UTC, to the millisecond.
using instant = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

constexpr instant instant_of_ms(std::int64_t ms) { return instant{milliseconds{ms}}; }
constexpr std::int64_t ms_of(instant t) { return t.time_since_epoch().count(); }

/// 00:00 UTC of the day that `t` lies in.
constexpr instant day_of(instant t) {
  return instant{std::chrono::duration_cast<milliseconds>(std::chrono::floor<std::chrono::days>(t).time_since_epoch())};
}

/// In whole seconds, rounded up: "12 s".
inline std::string seconds_text(milliseconds span) {
  return std::to_string(std::chrono::ceil<seconds>(span).count()) + " s";
}

}  // namespace rltrader
