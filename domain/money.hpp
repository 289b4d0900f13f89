// Price, quantity and money as fixed-point integers with eight decimals. Arithmetic is checked: what does not fit throws.
//
// An overflow throws `arithmetic_overflow`; the actor that meets it stops and is restarted, so no wrong number is ever used.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rltrader {

struct arithmetic_overflow : std::overflow_error {
  using std::overflow_error::overflow_error;
};

enum class rounding : unsigned char {
  down,
  up,
  nearest
};  ///< down: towards zero; up: away from zero; nearest: half away

inline constexpr std::int64_t fixed_scale = 100'000'000;  ///< eight decimals

namespace detail {
std::int64_t add_checked(std::int64_t a, std::int64_t b);
std::int64_t subtract_checked(std::int64_t a, std::int64_t b);
/// a x b / c with a 128-bit middle.
std::int64_t multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c, rounding how);
std::string fixed_text(std::int64_t raw);
std::optional<std::int64_t> fixed_parse(std::string_view text);
/// The nearest raw value of a double: for measured inputs such as simulated prices, never for sums of money.
std::int64_t fixed_of_double(double value);
}  // namespace detail

/// A decimal with eight places in an int64: about +-92 billion.
template <class Tag>
class fixed {
 public:
  static constexpr auto expects = "a plain decimal with at most 8 places, below 90 billion";

  constexpr fixed() = default;
  static constexpr fixed of_raw(std::int64_t raw) {
    fixed x;
    x.raw_ = raw;
    return x;
  }
  /// Whole units, for constants and tests.
  static fixed of(std::int64_t units) { return of_raw(detail::multiply_divide(units, fixed_scale, 1, rounding::down)); }
  static fixed of_double(double value) { return of_raw(detail::fixed_of_double(value)); }
  static std::optional<fixed> parse(std::string_view text) {
    const auto raw = detail::fixed_parse(text);
    return raw ? std::optional(of_raw(*raw)) : std::nullopt;
  }
  constexpr std::int64_t raw() const { return raw_; }
  std::string text() const { return detail::fixed_text(raw_); }
  /// For features and figures on a screen; never for sums.
  constexpr double to_double() const { return static_cast<double>(raw_) / static_cast<double>(fixed_scale); }

  constexpr bool is_zero() const { return raw_ == 0; }
  constexpr bool positive() const { return raw_ > 0; }
  constexpr bool negative() const { return raw_ < 0; }
  fixed abs() const { return raw_ < 0 ? -*this : *this; }

  friend fixed operator+(fixed a, fixed b) { return of_raw(detail::add_checked(a.raw_, b.raw_)); }
  friend fixed operator-(fixed a, fixed b) { return of_raw(detail::subtract_checked(a.raw_, b.raw_)); }
  fixed operator-() const { return of_raw(detail::subtract_checked(0, raw_)); }
  fixed& operator+=(fixed b) { return *this = *this + b; }
  fixed& operator-=(fixed b) { return *this = *this - b; }
  friend constexpr auto operator<=>(fixed, fixed) = default;

  /// This times numerator / denominator.
  fixed scaled(std::int64_t numerator, std::int64_t denominator, rounding how = rounding::nearest) const {
    return of_raw(detail::multiply_divide(raw_, numerator, denominator, how));
  }

 private:
  std::int64_t raw_ = 0;
};

struct price_tag {};
struct quantity_tag {};
struct money_tag {};
struct rate_tag {};

using price = fixed<price_tag>;        ///< USDT per unit of the base coin
using quantity = fixed<quantity_tag>;  ///< base coins; signed where a position or a flow is meant
using money = fixed<money_tag>;        ///< USDT
using rate = fixed<rate_tag>;          ///< a pure fraction: fees, funding, maintenance margin (0.0005 = 5 bps)

/// price x quantity in USDT.
inline money value_of(price p, quantity q, rounding how = rounding::nearest) {
  return money::of_raw(detail::multiply_divide(p.raw(), q.raw(), fixed_scale, how));
}
/// A fraction of an amount.
inline money part_of(money amount, rate fraction, rounding how = rounding::nearest) {
  return money::of_raw(detail::multiply_divide(amount.raw(), fraction.raw(), fixed_scale, how));
}
/// A fraction of a price.
inline price part_of(price p, rate fraction, rounding how = rounding::nearest) {
  return price::of_raw(detail::multiply_divide(p.raw(), fraction.raw(), fixed_scale, how));
}
/// How much an amount buys at a price, rounded down.
inline quantity units_for(money amount, price at) {
  return quantity::of_raw(detail::multiply_divide(amount.raw(), fixed_scale, at.raw(), rounding::down));
}
/// amount / quantity as a price.
inline price price_of(money amount, quantity q, rounding how = rounding::nearest) {
  return price::of_raw(detail::multiply_divide(amount.raw(), fixed_scale, q.raw(), how));
}
/// a / b as a pure fraction; b must not be zero.
inline rate ratio_of(money a, money b) {
  return rate::of_raw(detail::multiply_divide(a.raw(), fixed_scale, b.raw(), rounding::nearest));
}
inline rate ratio_of(price a, price b) {
  return rate::of_raw(detail::multiply_divide(a.raw(), fixed_scale, b.raw(), rounding::nearest));
}
inline rate bps(std::int64_t points) { return rate::of_raw(points * (fixed_scale / 10'000)); }
inline rate percent(std::int64_t points) { return rate::of_raw(points * (fixed_scale / 100)); }

}  // namespace rltrader
