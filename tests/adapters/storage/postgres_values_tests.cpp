// Cells in PostgreSQL's binary forms and back, at the edges of what fits.
#include "adapters/storage/keepable.hpp"
#include "adapters/storage/postgres_values.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace rltrader::storage {
namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::int64_t>::max();

void comes_back(const cell& value, column_type type) {
  const auto bytes = bytes_of(value, type);
  ASSERT_TRUE(bytes) << bytes.error().what;
  const auto back = cell_of_bytes(*bytes, type_number(type));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, value);
}

TEST(postgres_values, come_back_as_they_were) {
  std::mt19937_64 chance(7);
  for (const auto type : {column_type::integer, column_type::amount}) {
    for (const std::int64_t raw :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{9'999}, std::int64_t{10'000},
          std::int64_t{99'999'999}, std::int64_t{100'000'000}, std::int64_t{-100'000'001}, least, least + 1, most})
      comes_back(raw, type);
    for (int i = 0; i < 10'000; ++i) comes_back(static_cast<std::int64_t>(chance()) >> (chance() % 64), type);
  }
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'700'000'000'123},
                                std::int64_t{-62'135'596'800'000}, std::int64_t{253'402'300'799'999}})
    comes_back(ms, column_type::time);
  comes_back(std::int64_t{1}, column_type::truth);
  comes_back(std::int64_t{0}, column_type::truth);
  for (const double number : {0.0, -0.5, 0.1, 1e-300, 1e300, std::numeric_limits<double>::denorm_min(),
                              std::numeric_limits<double>::infinity()})
    comes_back(number, column_type::real);
  comes_back(std::string("it's \"this\""), column_type::text);
  comes_back(std::string("{\"a\":[1,2.5]}"), column_type::json);
}

TEST(postgres_values, refuse_what_cannot_be_kept_exactly) {
  EXPECT_EQ(bytes_of(most, column_type::time).error().code, errc::conflict);
  EXPECT_EQ(bytes_of(std::string("text"), column_type::integer).error().code, errc::conflict);
  EXPECT_EQ(bytes_of(std::int64_t{1}, column_type::text).error().code, errc::conflict);
  const auto numeric = [](std::initializer_list<int> words) {
    std::string bytes;
    for (const int w : words) {
      bytes += static_cast<char>((w >> 8) & 0xFF);
      bytes += static_cast<char>(w & 0xFF);
    }
    return cell_of_bytes(bytes, type_number(column_type::amount));
  };
  EXPECT_EQ(*numeric({1, 0, 0, 0, 7}), cell{std::int64_t{700'000'000}});
  EXPECT_EQ(numeric({1, -3, 0, 12, 1}).error().code, errc::corrupt) << "0.000000000001";
  EXPECT_EQ(numeric({1, 3, 0, 0, 1}).error().code, errc::corrupt) << "10^12";
  EXPECT_EQ(numeric({0, 0, 0xC000, 0}).error().code, errc::corrupt) << "not a number";
  EXPECT_EQ(numeric({3, 0, 0, 0, 7}).error().code, errc::corrupt) << "cut short";
}

TEST(keepable, texts_stay_as_they_are_but_for_what_is_no_text) {
  const std::string replaced = "\xEF\xBF\xBD";
  for (const std::string good : {"", "plain", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\n\t\x7F"})
    EXPECT_EQ(keepable(good), good);
  EXPECT_EQ(keepable(std::string("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(keepable("a\xFFz"), "a" + replaced + "z");
  EXPECT_EQ(keepable("\xED\xA0\x80"), replaced + replaced + replaced) << "half of a surrogate pair";
  EXPECT_EQ(keepable("\xC0\xAF"), replaced + replaced) << "longer than needed";
  EXPECT_EQ(keepable("\xE2\x82"), replaced + replaced) << "cut short";
  EXPECT_EQ(keepable_json(R"(["\\u0000","\u0000"])"), R"(["\\u0000",")" + replaced + R"("])");
}

}  // namespace
}  // namespace rltrader::storage
