// Names of things: what they may contain, and that they sort and hash by their text.
#include "domain/ids.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace rltrader {
namespace {

TEST(ids, take_printable_text) {
  for (const auto* text : {"", "BTC-USDT", "a", "0123456789abcdef", "run:1/2#3", "~!@"}) {
    const auto id = pair_name::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->text(), text);
  }
  EXPECT_TRUE(order_id::parse(std::string(128, 'x')));
}

TEST(ids, refuse_what_could_break_a_line_a_path_or_a_quote) {
  for (const auto* text : {"a b", "a\n", "a\t", "\"", "'", "\\", "a\x7f", "\xc3\xa4", "\x01"})
    EXPECT_EQ(pair_name::parse(text), std::nullopt) << text;
  EXPECT_EQ(pair_name::parse(std::string_view("a\0b", 3)), std::nullopt);
  EXPECT_EQ(order_id::parse(std::string(129, 'x')), std::nullopt);
}

TEST(ids, of_different_things_do_not_mix) {
  static_assert(!std::is_convertible_v<order_id, fill_id>);
  static_assert(!std::is_convertible_v<std::string, order_id>);
  static_assert(!std::is_constructible_v<run_id, trade_id>);
}

TEST(ids, compare_and_hash_by_text) {
  EXPECT_LT(pair_name{"A"}, pair_name{"B"});
  EXPECT_TRUE(pair_name{}.empty());
  const std::unordered_set<pair_name> set{pair_name{"A"}, pair_name{"A"}, pair_name{"B"}};
  EXPECT_EQ(set.size(), 2u);
}

}  // namespace
}  // namespace rltrader
