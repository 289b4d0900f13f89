// Small text tools: lists, quoting for messages, distances, UTF-8.
#include "runtime/text_tools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rltrader {
namespace {

using testing::ElementsAre;

TEST(text_tools, split_lists_at_commas_and_lines_without_comments) {
  EXPECT_THAT(split_list(" a, b ,,c\r\n# nothing, here\nd # e, f\n\ng,"), ElementsAre("a", "b", "c", "d", "g"));
  EXPECT_THAT(split_list(""), ElementsAre());
}

TEST(text_tools, quote_for_a_message_without_controls_or_broken_bytes) {
  EXPECT_EQ(in_quotes("a\nb\x1b[31m\xff\xc3\xa9"), "\"a?b?[31m?\xc3\xa9\"");
  EXPECT_EQ(in_quotes(std::string(200, 'x')), "\"" + std::string(80, 'x') + "...\"");
}

TEST(text_tools, count_a_swap_of_neighbours_as_one_change) {
  struct row {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const auto& [a, b, distance] :
       {row{"", "", 0}, row{"", "abc", 3}, row{"PORT", "PROT", 1}, row{"PORT", "PORTS", 1}, row{"PORT", "SORT", 1},
        row{"kitten", "sitting", 3}, row{"abc", "ca", 3}}) {
    EXPECT_EQ(edit_distance(a, b), distance) << a << " " << b;
    EXPECT_EQ(edit_distance(b, a), distance) << b << " " << a;
  }
}

TEST(text_tools, know_utf8_from_other_bytes) {
  for (const auto* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9a\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf0\x80\x80\x80", "\xff", "\xe2\x82", "a\xe2"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace rltrader
