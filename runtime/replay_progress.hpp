// How far a long run is: a bar that moves on a terminal, a line now and then elsewhere.
#pragma once

#include "runtime/replay_options.hpp"

#include <chrono>
#include <iosfwd>
#include <string>

namespace rltrader {

class replay_progress {
 public:
  replay_progress(std::ostream& err, progress_style style, std::int64_t total);
  /// Cheap: looks at the clock only every so many calls' worth of bars.
  void show(std::int64_t done, instant market);
  /// Removes the bar, so that what comes next begins on a clean line.
  void clear();

 private:
  using clock = std::chrono::steady_clock;

  std::ostream& err_;
  bool terminal_;
  bool silent_;
  std::int64_t total_;
  std::int64_t looked_at_ = 0;
  clock::time_point began_;
  clock::time_point next_;
  bool drawn_ = false;
};

}  // namespace rltrader
