// Checked fixed-point arithmetic and its text form.
#include "domain/money.hpp"

#include <cmath>
#include <limits>

namespace rltrader::detail {

namespace {
__extension__ using wide = __int128;

std::int64_t narrow(wide x) {
  if (x > std::numeric_limits<std::int64_t>::max() || x < std::numeric_limits<std::int64_t>::min())
    throw arithmetic_overflow("amount does not fit: more than 92 billion");
  return static_cast<std::int64_t>(x);
}
}  // namespace

std::int64_t add_checked(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_add_overflow(a, b, &out)) throw arithmetic_overflow("sum does not fit");
  return out;
}

std::int64_t subtract_checked(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(a, b, &out)) throw arithmetic_overflow("difference does not fit");
  return out;
}

std::int64_t multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c, rounding how) {
  if (c == 0) throw arithmetic_overflow("division by zero");
  const wide product = static_cast<wide>(a) * b;
  wide quotient = product / c;
  const wide remainder = product % c;
  if (remainder != 0 && how != rounding::down) {
    const wide twice = remainder < 0 ? -2 * remainder : 2 * remainder;
    const wide divisor = c < 0 ? -static_cast<wide>(c) : static_cast<wide>(c);
    if (how == rounding::up || twice >= divisor) quotient += ((product < 0) == (c < 0)) ? 1 : -1;
  }
  return narrow(quotient);
}

std::string fixed_text(std::int64_t raw) {
  const bool minus = raw < 0;
  // The magnitude of the least int64 does not fit an int64, so it is taken unsigned.
  const auto magnitude = minus ? 0 - static_cast<std::uint64_t>(raw) : static_cast<std::uint64_t>(raw);
  auto whole = std::to_string(magnitude / fixed_scale);
  auto part = std::to_string(magnitude % fixed_scale);
  part.insert(0, 8 - part.size(), '0');
  while (!part.empty() && part.back() == '0') part.pop_back();
  return (minus ? "-" : "") + whole + (part.empty() ? "" : "." + part);
}

std::optional<std::int64_t> fixed_parse(std::string_view text) {
  bool minus = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    minus = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 24) return std::nullopt;
  wide value = 0;
  int places = -1;
  bool digits = false;
  for (const char c : text) {
    if (c == '.') {
      if (places >= 0) return std::nullopt;
      places = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    digits = true;
    if (places >= 8) {
      if (c != '0') return std::nullopt;  // more than eight places would be cut silently
      continue;
    }
    value = value * 10 + (c - '0');
    if (places >= 0) ++places;
  }
  if (!digits) return std::nullopt;
  for (int i = places < 0 ? 0 : places; i < 8; ++i) value *= 10;
  constexpr wide limit = static_cast<wide>(90'000'000'000) * fixed_scale;
  if (value > limit) return std::nullopt;
  return static_cast<std::int64_t>(minus ? -value : value);
}

std::int64_t fixed_of_double(double value) {
  if (!std::isfinite(value) || std::abs(value) > 9e10)
    throw arithmetic_overflow("not a finite amount below 90 billion");
  return static_cast<std::int64_t>(std::llround(value * static_cast<double>(fixed_scale)));
}

}  // namespace rltrader::detail
