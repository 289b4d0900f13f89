// Times on the wire: what is written is read back, and what is no time is refused.
#include "wire/rfc3339.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace rltrader {
namespace {

TEST(rfc3339, writes_milliseconds_and_z) {
  EXPECT_EQ(rfc3339_text(instant_of_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339_text(instant_of_ms(1'709'208'000'123)), "2024-02-29T12:00:00.123Z");
  EXPECT_EQ(rfc3339_text(instant_of_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(rfc3339, refuses_to_write_a_year_of_five_digits) {
  EXPECT_THROW(rfc3339_text(instant_of_ms(253'402'300'800'000)), std::logic_error);
  EXPECT_EQ(rfc3339_text(instant_of_ms(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
}

struct reading {
  const char* text;
  std::int64_t ms;
};

TEST(rfc3339, reads_offsets_and_fractions) {
  constexpr reading table[] = {
      {"1970-01-01T00:00:00Z", 0},       {"1970-01-01t00:00:00z", 0},
      {"1970-01-01T00:00:00.1Z", 100},   {"1970-01-01T00:00:00.12Z", 120},
      {"1970-01-01T00:00:00.123Z", 123}, {"1970-01-01T00:00:00.123999999Z", 123},
      {"1970-01-01T01:00:00+01:00", 0},  {"1969-12-31T18:30:00.500-05:30", 500},
      {"1970-01-01T00:00:00-00:00", 0},  {"2024-02-29T12:00:00.123Z", 1'709'208'000'123},
      {"1969-12-31T23:59:59.999Z", -1},
  };
  for (const auto& row : table) EXPECT_EQ(rfc3339_parse(row.text), instant_of_ms(row.ms)) << row.text;
}

TEST(rfc3339, refuses_what_is_no_time) {
  constexpr std::string_view table[] = {
      "",
      "2024-02-30T00:00:00Z",
      "2023-02-29T00:00:00Z",
      "2024-13-01T00:00:00Z",
      "2024-00-01T00:00:00Z",
      "2024-01-00T00:00:00Z",
      "2024-01-01T24:00:00Z",
      "2024-01-01T00:60:00Z",
      "2024-01-01T00:00:60Z",
      "2024-01-01T00:00:00",
      "2024-01-01T00:00:00.Z",
      "2024-01-01T00:00:00.1234567890Z",
      "2024-01-01T00:00:00,5Z",
      "2024-01-01 00:00:00Z",
      " 2024-01-01T00:00:00Z",
      "2024-01-01T00:00:00Z ",
      "2024-01-01T00:00:00ZZ",
      "2024-1-01T00:00:00Z",
      "+2024-01-01T00:00:00Z",
      "2024-01-01T00:00:00+0100",
      "2024-01-01T00:00:00+24:00",
      "2024-01-01T00:00:00+01:60",
      "2024-01-01",
      "1709208000123",
      "0000-01-01T00:00:00+01:00",
      "9999-12-31T23:59:59-01:00",
  };
  for (const auto text : table) EXPECT_EQ(rfc3339_parse(text), std::nullopt) << text;
}

TEST(rfc3339, reads_back_whatever_it_wrote) {
  constexpr std::uint64_t seed = 20240229;
  SCOPED_TRACE(seed);
  std::mt19937_64 chance(seed);
  std::uniform_int_distribution<std::int64_t> any(-62'167'219'200'000, 253'402'300'799'999);
  for (int i = 0; i < 20'000; ++i) {
    const auto t = instant_of_ms(any(chance));
    ASSERT_EQ(rfc3339_parse(rfc3339_text(t)), t) << rfc3339_text(t);
  }
}

}  // namespace
}  // namespace rltrader
