// What the terminal shows of a running desk: the first decision, then a line every few seconds.
#pragma once

#include "messages/directory.hpp"
#include "ports/clock.hpp"

#include <caf/all.hpp>

#include <iosfwd>
#include <optional>

namespace rltrader {

class heartbeat {
 public:
  heartbeat(caf::actor_system& system, const ports::clock& clock, std::ostream& out, double began,
            std::function<double()> monotonic);
  /// Asks the desk and prints what is due: at first each turn looks for the first decision, then a line every ten seconds.
  /// Has every actor measure its mailbox every five seconds.
  void turn(const directory& desk);
  bool first_decision_seen() const { return first_seen_; }

 private:
  std::optional<pair_list> ask_pairs(const directory& desk);
  void measure_mailboxes(const directory& desk) const;
  void print_line(const directory& desk, const pair_list& pairs);

  caf::actor_system& system_;
  const ports::clock& clock_;
  std::ostream& out_;
  double began_;
  std::function<double()> monotonic_;
  bool first_seen_ = false;
  double last_line_ = 0;
  double last_measured_ = 0;
};

}  // namespace rltrader
