// A child process of a test, ended with the test however that ends.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <csignal>
#include <utility>

namespace rltrader::test {

class child_guard {
 public:
  explicit child_guard(pid_t pid) : pid_(pid) {}
  child_guard(const child_guard&) = delete;
  child_guard& operator=(const child_guard&) = delete;
  ~child_guard() { end(); }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return status;
  }

 private:
  pid_t pid_;
};

}  // namespace rltrader::test
