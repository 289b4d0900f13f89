// Reads decimals of files straight into fixed point: exact, without a double in between.
#pragma once

#include "domain/money.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace rltrader {

/// A decimal as programs write it ("0.00012", "-3", "1e-05", "67.1000000000001") times 10^8. What is below the eighth place
/// is rounded, half away from zero: recorded volumes have such tails. Nothing for anything else, NaN and infinities included,
/// and for what does not fit.
inline std::optional<std::int64_t> decimal_raw(std::string_view text) {
  constexpr int places = 8;
  std::size_t at = 0;
  const bool minus = !text.empty() && text[0] == '-';
  if (minus || (!text.empty() && text[0] == '+')) ++at;
  std::uint64_t digits = 0;
  int exponent = 0;  // of ten, that `digits` is to be multiplied by
  bool any = false;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (digits < 1'000'000'000'000'000'000U) {
      digits = digits * 10 + static_cast<unsigned>(c - '0');
      if (point) --exponent;
    } else if (!point) {
      ++exponent;  // a nineteenth digit before the point does not fit anyway
    }
  }
  if (!any) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool down = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (at == text.size() || text.size() - at > 3) return std::nullopt;
    int shift = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) shift = shift * 10 + (text[at] - '0');
    exponent += down ? -shift : shift;
  }
  if (at != text.size()) return std::nullopt;

  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  exponent += places;
  for (; exponent > 0 && digits != 0; --exponent)
    if (__builtin_mul_overflow(digits, std::uint64_t{10}, &digits)) return std::nullopt;
  std::uint64_t last = 0;
  for (; exponent < 0 && (digits != 0 || last != 0); ++exponent) {
    last = digits % 10;
    digits /= 10;
  }
  if (last >= 5) ++digits;
  if (digits > most) return std::nullopt;
  return minus ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
}

}  // namespace rltrader
