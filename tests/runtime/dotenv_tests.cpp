// KEY=VALUE files: what is an entry, what is a comment, and what is refused with its line.
#include "runtime/dotenv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rltrader {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(dotenv, reads_keys_values_comments_and_quotes) {
  const auto file = parse_dotenv(
      "\xef\xbb\xbf# first\r\n"
      "A=1\r\n"
      "\n"
      "export B = two words  # a comment\n"
      "C='as # it \\n is'  # a comment\n"
      "D=\"with \\\"quotes\\\" \\\\ \\$ \\t|\\n|\\x\"\n"
      "E=a#b\n"
      "F=\n"
      "G=a=b\n"
      "  H=don't");
  EXPECT_THAT(file.problems, IsEmpty());
  EXPECT_THAT(
      file.entries,
      ElementsAre(dotenv_entry{"A", "1", 2}, dotenv_entry{"B", "two words", 4}, dotenv_entry{"C", "as # it \\n is", 5},
                  dotenv_entry{"D", "with \"quotes\" \\ $ \t|\n|\\x", 6}, dotenv_entry{"E", "a#b", 7},
                  dotenv_entry{"F", "", 8}, dotenv_entry{"G", "a=b", 9}, dotenv_entry{"H", "don't", 10}));
}

TEST(dotenv, names_the_line_of_each_problem_and_goes_on) {
  using namespace std::string_literals;
  const auto file = parse_dotenv(
      "A=\"open\n"
      "B='open\n"
      "C=\"x\" y\n"
      "just words\n"
      "1A=x\n"
      "=x\n"
      "D=a\0b\n"
      "E=\x01\n"
      "F=\xff\n"
      "G=1\n"
      "G=2\n"
      "H=ok\n"s);
  EXPECT_THAT(file.entries, ElementsAre(dotenv_entry{"G", "1", 10}, dotenv_entry{"H", "ok", 12}));
  EXPECT_THAT(
      file.problems,
      ElementsAre(dotenv_problem{1, "A", "a double quote is opened and not closed on this line"},
                  dotenv_problem{2, "B", "a single quote is opened and not closed on this line"},
                  dotenv_problem{3, "C", "something stands behind the closing quote"},
                  dotenv_problem{4, "", "is not of the form KEY=VALUE"},
                  dotenv_problem{5, "", "is not of the form KEY=VALUE"},
                  dotenv_problem{6, "", "is not of the form KEY=VALUE"}, dotenv_problem{7, "", "holds a NUL byte"},
                  dotenv_problem{8, "", "holds a control character"}, dotenv_problem{9, "", "is not UTF-8"},
                  dotenv_problem{11, "G", "is given already in line 10"}));
}

TEST(dotenv, stops_after_a_hundred_problems) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "bad\n";
  EXPECT_EQ(parse_dotenv(text).problems.size(), 101U);
}

TEST(dotenv, reads_a_large_file_of_different_keys) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "K" + std::to_string(i) + "=\n";
  const auto file = parse_dotenv(text);
  EXPECT_EQ(file.entries.size(), 100'000U);
  EXPECT_THAT(file.problems, IsEmpty());
}

}  // namespace
}  // namespace rltrader
