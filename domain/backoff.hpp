// Waits between tries, and how often a child may die before it is left down. All chance comes from a number the caller drew.
#pragma once

#include "domain/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace rltrader {

struct backoff_terms {
  milliseconds base = seconds{300};
  milliseconds most = seconds{3600};
};

/// The wait before try n (1..): w + uniform(0, w/2) with w = min(most, base x 2^(n-1)); `chance` is uniform in [0, 2^32). I13.
milliseconds wait_before(int attempt, const backoff_terms& terms, std::uint32_t chance);

/// Bounded restart intensity of a supervised child.
struct restart_terms {
  int most_deaths = 5;  ///< within the window; one more and it is left down
  milliseconds window = seconds{60};
  milliseconds base = milliseconds{100};
  milliseconds most = seconds{10};
};
class restart_schedule {
 public:
  explicit restart_schedule(restart_terms terms = {}) : terms_(terms) {}
  /// The wait before the restart after a death now, or none: too many, leave it down.
  std::optional<milliseconds> died(instant now);
  int deaths() const { return static_cast<int>(deaths_.size()); }

 private:
  restart_terms terms_;
  std::deque<instant> deaths_;
};

}  // namespace rltrader
