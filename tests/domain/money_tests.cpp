// Fixed-point money: exact, checked, and the same as 128-bit arithmetic says.
#include "domain/money.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace rltrader {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

TEST(money, reads_plain_decimals) {
  const std::vector<std::pair<std::string, std::int64_t>> table{
      {"0", 0},
      {"1", 100'000'000},
      {"-1", -100'000'000},
      {"+2.5", 250'000'000},
      {"0.00000001", 1},
      {"-0.00000001", -1},
      {".5", 50'000'000},
      {"5.", 500'000'000},
      {"001.10", 110'000'000},
      {"1.1000000000", 110'000'000},
      {"90000000000", 9'000'000'000'000'000'000},
  };
  for (const auto& [text, raw] : table) EXPECT_EQ(money::parse(text), money::of_raw(raw)) << text;
}

TEST(money, refuses_what_is_not_a_plain_decimal) {
  for (const auto* text : {"",
                           "-",
                           "+",
                           ".",
                           "-.",
                           "1e3",
                           "0x10",
                           " 1",
                           "1 ",
                           "1,000",
                           "1.2.3",
                           "nan",
                           "inf",
                           "--1",
                           "1-",
                           "0.000000001",
                           "1.123456789",
                           "90000000000.00000001",
                           "99999999999",
                           "1234567890123456789012345",
                           "9223372036854775808"})
    EXPECT_EQ(money::parse(text), std::nullopt) << text;
}

TEST(money, writes_the_shortest_decimal_that_reads_back) {
  const std::vector<std::pair<std::int64_t, std::string>> table{
      {0, "0"},
      {1, "0.00000001"},
      {-1, "-0.00000001"},
      {100'000'000, "1"},
      {-150'000'000, "-1.5"},
      {12'345'000'000, "123.45"},
      {most, "92233720368.54775807"},
      {least, "-92233720368.54775808"},
  };
  for (const auto& [raw, text] : table) EXPECT_EQ(money::of_raw(raw).text(), text);
}

TEST(money, text_reads_back_for_generated_amounts) {
  constexpr unsigned seed = 11;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto raw = static_cast<std::int64_t>(chance()) >> (chance() % 63);
    if (raw > 9'000'000'000'000'000'000 || raw < -9'000'000'000'000'000'000) continue;
    ASSERT_EQ(money::parse(money::of_raw(raw).text()), money::of_raw(raw)) << "seed " << seed << " raw " << raw;
  }
}

TEST(money, throws_where_a_result_does_not_fit) {
  const auto big = money::of_raw(most);
  const auto small = money::of_raw(least);
  EXPECT_THROW(static_cast<void>(big + money::of_raw(1)), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(small - money::of_raw(1)), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(-small), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(small.abs()), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(money::of(92'233'720'369)), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(big.scaled(2, 1)), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(small.scaled(1, -1)), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(value_of(price::of(1'000'000'000), quantity::of(1'000))), arithmetic_overflow);
  EXPECT_EQ(big + money::of_raw(0), big);
  EXPECT_EQ(money::of(92'233'720'368).raw(), 9'223'372'036'800'000'000);
}

TEST(money, throws_on_division_by_zero) {
  EXPECT_THROW(static_cast<void>(ratio_of(money::of(1), money{})), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(units_for(money::of(1), price{})), arithmetic_overflow);
  EXPECT_THROW(static_cast<void>(money::of(1).scaled(1, 0)), arithmetic_overflow);
}

TEST(money, throws_on_doubles_that_are_no_amount) {
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity(), 9.1e10, -9.1e10, 1e300})
    EXPECT_THROW(static_cast<void>(price::of_double(x)), arithmetic_overflow) << x;
  EXPECT_EQ(price::of_double(0.1), price::of_raw(10'000'000));
  EXPECT_EQ(price::of_double(-1.000000005), price::of_raw(-100'000'001));
}

TEST(money, rounds_as_it_is_told) {
  struct row {
    std::int64_t raw, numerator, denominator, down, up, nearest;
  };
  const std::vector<row> table{
      {7, 1, 2, 3, 4, 4},     {-7, 1, 2, -3, -4, -4}, {7, 1, -2, -3, -4, -4},  {-7, 1, -2, 3, 4, 4},
      {7, 1, 3, 2, 3, 2},     {8, 1, 3, 2, 3, 3},     {-8, 1, 3, -2, -3, -3},  {9, 1, 3, 3, 3, 3},
      {0, 5, 7, 0, 0, 0},     {1, 1, 1000, 0, 1, 0},  {-1, 1, 1000, 0, -1, 0}, {5, 1, 10, 0, 1, 1},
      {-5, 1, 10, 0, -1, -1}, {4, 1, 10, 0, 1, 0},
  };
  for (const auto& r : table) {
    const auto x = money::of_raw(r.raw);
    EXPECT_EQ(x.scaled(r.numerator, r.denominator, rounding::down).raw(), r.down) << r.raw << "/" << r.denominator;
    EXPECT_EQ(x.scaled(r.numerator, r.denominator, rounding::up).raw(), r.up) << r.raw << "/" << r.denominator;
    EXPECT_EQ(x.scaled(r.numerator, r.denominator, rounding::nearest).raw(), r.nearest)
        << r.raw << "/" << r.denominator;
  }
}

TEST(money, multiplies_prices_by_quantities) {
  EXPECT_EQ(value_of(*price::parse("60000.1"), *quantity::parse("0.0012")), *money::parse("72.00012"));
  EXPECT_EQ(value_of(*price::parse("60000.1"), *quantity::parse("-0.0012")), *money::parse("-72.00012"));
  EXPECT_EQ(part_of(money::of(1'000), bps(5)), *money::parse("0.5"));
  EXPECT_EQ(part_of(money::of(1'000), percent(2)), money::of(20));
  EXPECT_EQ(units_for(money::of(100), price::of(3)), *quantity::parse("33.33333333"));
  EXPECT_EQ(price_of(money::of(100), quantity::of(3)), *price::parse("33.33333333"));
  EXPECT_EQ(ratio_of(money::of(1), money::of(8)), *rate::parse("0.125"));
}

/// The quotient of 128-bit integers, rounded by comparing remainders, written apart from the code under test.
__extension__ using wide = __int128;
wide quotient(wide product, wide c, rounding how) {
  const bool minus = (product < 0) != (c < 0);
  const wide p = product < 0 ? -product : product;
  const wide d = c < 0 ? -c : c;
  wide q = p / d;
  const wide rest = p - q * d;
  if (how == rounding::up && rest > 0) ++q;
  if (how == rounding::nearest && rest >= d - rest) ++q;
  return minus ? -q : q;
}

TEST(money, agrees_with_wide_arithmetic_for_generated_products) {
  constexpr unsigned seed = 23;
  std::mt19937_64 chance(seed);
  const auto any = [&] { return static_cast<std::int64_t>(chance()) >> (chance() % 64); };
  int fitted = 0;
  int overflowed = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto a = any();
    const auto b = any();
    const auto c = any();
    if (c == 0) continue;
    for (const auto how : {rounding::down, rounding::up, rounding::nearest}) {
      const wide expected = quotient(static_cast<wide>(a) * b, c, how);
      if (expected > most || expected < least) {
        ++overflowed;
        ASSERT_THROW(detail::multiply_divide(a, b, c, how), arithmetic_overflow)
            << "seed " << seed << ": " << a << " " << b << " " << c;
      } else {
        ++fitted;
        ASSERT_EQ(detail::multiply_divide(a, b, c, how), static_cast<std::int64_t>(expected))
            << "seed " << seed << ": " << a << " " << b << " " << c;
      }
    }
    const wide sum = static_cast<wide>(a) + b;
    if (sum > most || sum < least)
      ASSERT_THROW(detail::add_checked(a, b), arithmetic_overflow);
    else
      ASSERT_EQ(detail::add_checked(a, b), static_cast<std::int64_t>(sum));
    const wide difference = static_cast<wide>(a) - b;
    if (difference > most || difference < least)
      ASSERT_THROW(detail::subtract_checked(a, b), arithmetic_overflow);
    else
      ASSERT_EQ(detail::subtract_checked(a, b), static_cast<std::int64_t>(difference));
  }
  EXPECT_GT(fitted, 10'000);
  EXPECT_GT(overflowed, 10'000);
}

}  // namespace
}  // namespace rltrader
