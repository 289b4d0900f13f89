// Signals become calls on the watch's thread; a second Ctrl-C does not wait.
#include "runtime/signals.hpp"
#include "tests/runtime/child_guard.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <future>

namespace rltrader {
namespace {

template <class T>
T soon(std::future<T> answer) {
  if (answer.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
    throw std::runtime_error("no signal came");
  return answer.get();
}

void send(int signal) { ::kill(::getpid(), signal); }

TEST(signal_watch, calls_reload_at_each_hangup_until_a_stop) {
  std::promise<void> first;
  std::promise<void> second;
  std::promise<int> stopped;
  int reloads = 0;
  {
    signal_watch watch({.stop = [&](int signal) { stopped.set_value(signal); },
                        .reload = [&] { ++reloads == 1 ? first.set_value() : second.set_value(); },
                        .exit_now = {}});
    send(SIGHUP);
    soon(first.get_future());
    send(SIGHUP);
    soon(second.get_future());
    send(SIGTERM);
    EXPECT_EQ(soon(stopped.get_future()), SIGTERM);
  }
  EXPECT_EQ(reloads, 2);
}

TEST(signal_watch, stops_once_and_exits_at_once_at_the_second_interrupt) {
  std::promise<int> stopped;
  std::promise<int> exited;
  signal_watch watch({.stop = [&](int signal) { stopped.set_value(signal); },
                      .reload = {},
                      .exit_now = [&](int code) { exited.set_value(code); }});
  send(SIGINT);
  EXPECT_EQ(soon(stopped.get_future()), SIGINT);
  send(SIGTERM);  // a stop is under way: nothing more to do
  send(SIGINT);
  EXPECT_EQ(soon(exited.get_future()), exit_interrupted);
}

TEST(signal_watch, gives_the_signals_back_when_it_goes) {
  sigset_t before;
  sigset_t during;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  {
    signal_watch watch({.stop = {}, .reload = {}, .exit_now = {}});
    pthread_sigmask(SIG_SETMASK, nullptr, &during);
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), 0);
  EXPECT_EQ(sigismember(&during, SIGINT), 1);
  EXPECT_EQ(sigismember(&after, SIGINT), 0);
}

TEST(signal_watch, drops_what_came_too_late_to_be_acted_on) {
  std::promise<void> busy;
  std::promise<void> released;
  {
    signal_watch watch({.stop = {},
                        .reload =
                            [&] {
                              busy.set_value();
                              soon(released.get_future());
                            },
                        .exit_now = {}});
    send(SIGHUP);
    soon(busy.get_future());
    send(SIGTERM);
    released.set_value();
  }
  SUCCEED() << "an unblocked SIGTERM would have ended this process";
}

// A child that never ends by itself: the second interrupt must end it, with the shells' code.
TEST(signal_watch, ends_a_real_process_with_130) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  const auto tell = [&](char what) { return ::write(ready[1], &what, 1) == 1; };
  if (child == 0) {
    signal_watch watch({.stop = [&](int) { tell('s'); }, .reload = {}, .exit_now = {}});
    tell('r');
    for (;;) ::pause();
  }
  test::child_guard guard(child);
  char what = 0;
  ASSERT_EQ(::read(ready[0], &what, 1), 1);
  EXPECT_EQ(what, 'r');
  ::kill(child, SIGINT);
  ASSERT_EQ(::read(ready[0], &what, 1), 1);
  EXPECT_EQ(what, 's');
  ::kill(child, SIGINT);
  const int status = guard.wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace rltrader
