// Texts for a terminal: nothing foreign gets through, and figures read as people write them.
#include "cli/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rltrader::cli {
namespace {

TEST(plain_text, leaves_what_people_write) {
  EXPECT_EQ(plain_text("BTC-USDT at 60,000 USDT: über 50 % – 金 🙂"),
            "BTC-USDT at 60,000 USDT: über 50 % – 金 🙂");
  EXPECT_EQ(plain_text(""), "");
}

TEST(plain_text, takes_every_escape_out) {
  struct row {
    std::string_view was;
    std::string_view is;
  };
  for (const auto& [was, is] :
       {row{"\x1b[31mred\x1b[0m", "red"}, row{"a\x1b[2J\x1b[1;1Hb", "ab"}, row{"a\x1b]0;title\ab", "ab"},
        row{"a\x1b]8;;http://x\x1b\\link", "alink"}, row{"a\x1bPdevice\x1b\\b", "ab"}, row{"a\x1b", "a"},
        row{"a\x1b[", "a"}, row{"a\x1b[12;", "a12;"}, row{"a\x1b]open end", "aopen end"}, row{"\x1b\x1b[31m\x1b", ""},
        row{"a\r\nb\tc", "a  b c"}, row{"a\b\ac\x7f", "ac"},
        row{"\xc2\x9b"
            "31m",
            "31m"},
        row{"\x9b"
            "31m",
            "?31m"},
        row{"\xe2\x80\xae gnp", " gnp"},
        row{"a\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf"
            "b",
            "ab"},
        row{"a\xe2\x80\xa8"
            "b",
            "a b"},
        row{"\xff\xc0\x80\xed\xa0\x80", "??????"}, row{"\xf3\xa0\x81\x81x", "x"}})
    EXPECT_EQ(plain_text(was), is);
}

TEST(plain_text, is_harmless_for_any_bytes) {
  constexpr unsigned seed = 20240301;
  std::mt19937 chance(seed);
  constexpr std::string_view likely = "\x1b[]m;0\x07\\P\xc2\x9b\xe2\x80\xae\r\n a";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned i = chance() % 24; i > 0; --i)
      text += chance() % 3 == 0 ? static_cast<char>(chance()) : likely[chance() % likely.size()];
    const auto plain = plain_text(text);
    ASSERT_EQ(plain_text(plain), plain) << "seed " << seed << " round " << round;
    for (const char c : plain)
      ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << "seed " << seed << " round " << round;
  }
}

TEST(cut_to, keeps_whole_characters) {
  EXPECT_EQ(cut_to("übermut", 7), "übermut");
  EXPECT_EQ(cut_to("übermut", 4), "übe…");
  EXPECT_EQ(cut_to("übermut", 1), "…");
  EXPECT_EQ(cut_to("übermut", 0), "");
  EXPECT_EQ(columns_of("über"), 4U);
}

TEST(money_text, has_thousands_and_cents) {
  struct row {
    const char* was;
    const char* is;
  };
  for (const auto& [was, is] : {row{"0", "0.00"}, row{"1", "1.00"}, row{"-0.004", "0.00"}, row{"0.005", "0.01"},
                                row{"-0.005", "-0.01"}, row{"999.995", "1,000.00"}, row{"1234567.891", "1,234,567.89"},
                                row{"-12345.6", "-12,345.60"}, row{"89999999999.99500000", "90,000,000,000.00"},
                                row{"-89999999999.99", "-89,999,999,999.99"}, row{"many", "many"}, row{"", ""}})
    EXPECT_EQ(money_text(was), is);
  EXPECT_EQ(signed_money_text("3.5"), "+3.50");
  EXPECT_EQ(signed_money_text("-3.5"), "-3.50");
  EXPECT_EQ(signed_money_text("0.001"), "0.00");
}

TEST(percent_text, is_a_hundred_times_the_fraction) {
  EXPECT_EQ(percent_text("0.0123"), "1.23 %");
  EXPECT_EQ(percent_text("-0.5"), "-50.00 %");
  EXPECT_EQ(percent_text("90000000000"), "90000000000");
  EXPECT_EQ(percent_text("?"), "?");
}

TEST(short_decimal, drops_zeros_behind_the_point_alone) {
  EXPECT_EQ(short_decimal("0.50000000"), "0.5");
  EXPECT_EQ(short_decimal("100.000"), "100");
  EXPECT_EQ(short_decimal("100"), "100");
  EXPECT_EQ(short_decimal("v1.0"), "v1.0");
}

TEST(span_text, says_the_two_largest_units) {
  EXPECT_EQ(span_text(milliseconds{800}), "800 ms");
  EXPECT_EQ(span_text(seconds{119}), "119 s");
  EXPECT_EQ(span_text(seconds{120}), "2 min");
  EXPECT_EQ(span_text(minutes{312}), "5 h 12 min");
  EXPECT_EQ(span_text(hours{24 * 3 + 4}), "3 d 4 h");
  EXPECT_EQ(span_text(hours{48}), "2 d");
  EXPECT_EQ(span_text(seconds{-5}), "-5 s");
  EXPECT_FALSE(span_text(milliseconds::min()).empty());
}

TEST(span_of, takes_seconds_and_units) {
  EXPECT_EQ(span_of("5"), milliseconds{5000});
  EXPECT_EQ(span_of("5s"), milliseconds{5000});
  EXPECT_EQ(span_of("250ms"), milliseconds{250});
  EXPECT_EQ(span_of("2m"), milliseconds{120'000});
  for (const auto* wrong : {"", "s", "ms", "0", "-1", "1.5", "5 s", "61m", "5h", "99999999999999999999", " 5"})
    EXPECT_EQ(span_of(wrong), std::nullopt) << wrong;
}

TEST(time_text, is_to_the_second) {
  EXPECT_EQ(time_text("2024-03-01T12:00:05.123Z"), "2024-03-01 12:00:05");
  EXPECT_EQ(time_text("soon"), "soon");
  EXPECT_EQ(time_text(""), "");
}

TEST(url_escaped, leaves_no_character_with_a_meaning) {
  EXPECT_EQ(url_escaped("BTC-USDT_1.~"), "BTC-USDT_1.~");
  EXPECT_EQ(url_escaped("a/b?c#d e%\r\n"), "a%2Fb%3Fc%23d%20e%25%0D%0A");
  EXPECT_EQ(url_escaped("ü"), "%C3%BC");
}

}  // namespace
}  // namespace rltrader::cli
