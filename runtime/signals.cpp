// A thread that reads a signalfd, and an eventfd that ends it.
#include "runtime/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <system_error>
#include <thread>

namespace rltrader {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

int checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

}  // namespace

struct signal_watch::state {
  explicit state(signal_actions wanted) : actions(std::move(wanted)) {
    const auto set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, &former_mask);
    signals = checked(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
    ending = checked(eventfd(0, EFD_CLOEXEC), "eventfd");
    std::signal(SIGPIPE, SIG_IGN);
    watcher = std::thread([this] { watch(); });
  }

  ~state() {
    const std::uint64_t one = 1;
    // An eventfd takes eight bytes or fails only when full, which one write cannot make it.
    [[maybe_unused]] const auto written = ::write(ending, &one, sizeof one);
    watcher.join();
    ::close(signals);
    ::close(ending);
    // What came too late to be acted on must not end the process the moment it is let through again.
    const auto set = watched_signals();
    const timespec at_once{};
    while (sigtimedwait(&set, nullptr, &at_once) > 0) {}
    pthread_sigmask(SIG_SETMASK, &former_mask, nullptr);
  }

  void watch() {
    for (;;) {
      pollfd waiting[2] = {{signals, POLLIN, 0}, {ending, POLLIN, 0}};
      if (::poll(waiting, 2, -1) < 0) continue;  // EINTR
      if (waiting[1].revents != 0) return;
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) == sizeof info) act(static_cast<int>(info.ssi_signo));
    }
  }

  void act(int signal) {
    if (signal == SIGHUP) {
      if (!stopping && actions.reload) actions.reload();
    } else if (!stopping) {
      stopping = true;
      if (actions.stop) actions.stop(signal);
    } else if (signal == SIGINT) {
      // Whoever presses Ctrl-C twice does not want to wait for a clean end; the store recovers as after a crash.
      if (actions.exit_now)
        actions.exit_now(exit_interrupted);
      else
        ::_exit(exit_interrupted);
    }
  }

  signal_actions actions;
  bool stopping = false;
  sigset_t former_mask{};
  int signals = -1;
  int ending = -1;
  std::thread watcher;
};

signal_watch::signal_watch(signal_actions actions) : state_(std::make_unique<state>(std::move(actions))) {}
signal_watch::~signal_watch() = default;

}  // namespace rltrader
