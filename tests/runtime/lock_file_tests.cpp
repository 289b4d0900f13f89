// One daemon per data folder, and a clear word when the folder cannot be used.
#include "runtime/lock_file.hpp"
#include "tests/runtime/child_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>

namespace rltrader {
namespace {

const instant start = instant_of_ms(1'709'208'000'123);
constexpr auto start_text = "2024-02-29T12:00:00.123Z";

class folder_lock_test : public testing::Test {
 protected:
  folder_lock_test() : root_(std::filesystem::temp_directory_path() / ("rltrader-lock-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(root_);
  }
  ~folder_lock_test() override { std::filesystem::remove_all(root_); }
  std::string in_root(const std::string& name) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

TEST_F(folder_lock_test, makes_the_folder_and_names_the_holder_to_the_next_one) {
  const auto folder = in_root("a/b");
  EXPECT_EQ(holder_of(folder), "");
  const auto held = folder_lock::take(folder, start);
  ASSERT_TRUE(held) << held.error().what;
  const auto holder = "process " + std::to_string(::getpid()) + ", started " + start_text;
  EXPECT_EQ(holder_of(folder), holder);
  const auto refused = folder_lock::take(folder, start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(),
            (failure{errc::locked, "the data folder " + folder + " is in use by another daemon: " + holder}));
}

TEST_F(folder_lock_test, gives_the_folder_back) {
  const auto folder = in_root("a");
  {
    auto held = folder_lock::take(folder, start);
    ASSERT_TRUE(held);
    const auto moved = std::move(*held);
    EXPECT_NE(holder_of(folder), "");
  }
  EXPECT_EQ(holder_of(folder), "");
  EXPECT_TRUE(folder_lock::take(folder, start));
}

TEST_F(folder_lock_test, gives_the_folder_back_when_its_holder_is_killed) {
  const auto folder = in_root("a");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = folder_lock::take(folder, start);
    const char what = held ? 'y' : 'n';
    if (::write(ready[1], &what, 1) == 1)
      for (;;) ::pause();
    ::_exit(1);
  }
  test::child_guard guard(child);
  char what = 0;
  ASSERT_EQ(::read(ready[0], &what, 1), 1);
  EXPECT_EQ(what, 'y');
  const auto refused = folder_lock::take(folder, start);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, testing::HasSubstr("process " + std::to_string(child) + ", started "));
  guard.end();
  EXPECT_TRUE(folder_lock::take(folder, start));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(folder_lock_test, refuses_what_is_no_folder) {
  const auto file = in_root("file");
  std::ofstream(file) << "x";
  EXPECT_EQ(folder_lock::take(file, start).error(),
            (failure{errc::unavailable, "the data folder " + file + " cannot be used: Not a directory"}));
  const auto below = file + "/data";
  EXPECT_EQ(folder_lock::take(below, start).error(),
            (failure{errc::unavailable, "the data folder " + below + " cannot be used: Not a directory"}));
}

// The superuser may write anywhere, so this is tried as somebody else, in a process of its own.
TEST_F(folder_lock_test, refuses_a_folder_that_cannot_be_written) {
  const auto folder = in_root("closed");
  std::filesystem::create_directories(folder);
  ::chmod(folder.c_str(), 0555);
  constexpr uid_t nobody = 65534;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(nobody) != 0) ::_exit(3);
    const auto refused = folder_lock::take(folder, start);
    if (refused) ::_exit(1);
    const auto wanted = "the data folder " + folder + " cannot be used: rltraderd.lock: Permission denied";
    ::_exit(refused.error() == failure{errc::unavailable, wanted} ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it was taken, 2: another failure, 3: no other user here";
}

}  // namespace
}  // namespace rltrader
