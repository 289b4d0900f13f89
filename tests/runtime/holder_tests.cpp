// Who holds a store: only a process that surely ended on this very machine counts as gone.
#include "runtime/holder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace rltrader {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, text.npos) << what << " in " << text;
  return text.replace(at, what.size(), by);
}

TEST(a_holder, that_lives_is_not_gone) {
  const auto own = holder_text("a test", instant_of_ms(0));
  EXPECT_FALSE(holder_is_gone(own)) << own;
  EXPECT_EQ(own.find("a test on "), 0u) << own;
}

TEST(a_holder, that_has_ended_is_gone) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto child = fork();
  if (child == 0) {
    const auto text = holder_text("a child", instant_of_ms(0));
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  char text[1024];
  const auto length = read(ends[0], text, sizeof text);
  ASSERT_GT(length, 0);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(holder_is_gone({text, static_cast<std::size_t>(length)}));
}

TEST(a_holder, of_another_time_with_the_same_number_is_gone) {
  const auto own = holder_text("a test", instant_of_ms(0));
  EXPECT_TRUE(holder_is_gone(replaced(own, "since ", "since 1")));
}

TEST(a_holder, of_another_place_may_live) {
  const auto own = holder_text("a test", instant_of_ms(0));
  const auto gone = replaced(own, "since ", "since 1");
  EXPECT_FALSE(holder_is_gone(replaced(gone, "boot ", "boot f"))) << "another machine, or before its restart";
  EXPECT_FALSE(holder_is_gone(replaced(gone, "pid:[", "pid:[9"))) << "another container";
  EXPECT_FALSE(holder_is_gone("somebody"));
  EXPECT_FALSE(holder_is_gone(""));
}

}  // namespace
}  // namespace rltrader
