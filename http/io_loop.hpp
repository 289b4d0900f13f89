// What the bridge and the service need of the one io thread: work to do later, and timers.
#pragma once

#include "domain/time.hpp"

#include <cstdint>
#include <functional>

namespace rltrader::http {

struct io_loop {
  virtual ~io_loop() = default;
  /// Runs on the io thread, after what was posted before. From any thread.
  virtual void post(std::function<void()> what) = 0;
  /// Runs once that much time has passed, unless cancelled. Io thread only.
  virtual std::uint64_t after(milliseconds wait, std::function<void()> what) = 0;
  /// Forgets a timer; one that has run already is nothing. Io thread only.
  virtual void cancel(std::uint64_t timer) = 0;
};

}  // namespace rltrader::http
