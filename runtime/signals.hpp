// Turns SIGINT, SIGTERM and SIGHUP into calls on one thread of their own; nothing runs inside a signal handler.
#pragma once

#include <functional>
#include <memory>

namespace rltrader {

/// What a signal does. All run on the watch's thread, one after the other.
struct signal_actions {
  std::function<void(int signal)> stop{};         ///< the first SIGINT or SIGTERM
  std::function<void()> reload{};                 ///< SIGHUP
  std::function<void(int exit_code)> exit_now{};  ///< a SIGINT after that; unset: the process ends at once
};

inline constexpr int exit_interrupted = 130;  ///< 128 + SIGINT, as shells have it

/// Watches from construction to destruction. Make it first of all, before any other thread: signals are blocked in the
/// making thread, and threads inherit that. SIGPIPE is ignored from then on: a client that goes away must not end the daemon.
class signal_watch {
 public:
  explicit signal_watch(signal_actions actions);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace rltrader
