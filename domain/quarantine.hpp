// Which pairs may not enter, since when and why: imposed at once, lifted by checks that agree.
//
//  - `starting` stands from an opening until the pair's books have once agreed with the venue's; it is never stored, because
//    every opening has it;
//  - every other cause needs two agreeing checks in a row, and a new reason in between starts the count anew;
//  - the wallet of the account is judged at quiet points alone, and only its second disagreement in a row counts.
#pragma once

#include "domain/records.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

class quarantine_board {
 public:
  /// Those that an earlier life left behind.
  void restore(const std::vector<quarantine>& rows);
  /// Each of these pairs waits for its first agreement, unless it is quarantined already.
  void await_books(const std::vector<pair_name>& pairs, instant now);

  /// The row when it is new or has another cause, so to be kept and told; nothing when it was known.
  std::optional<quarantine> impose(const pair_name& pair, const std::string& cause, const std::string& reason,
                                   instant now);
  /// These pairs' books agreed once more: the stored quarantines that this lifts, as rows that are no longer active.
  std::vector<quarantine> agree(const std::vector<pair_name>& pairs, instant now);

  bool holds(const pair_name& pair) const { return active_.contains(pair); }
  const quarantine* find(const pair_name& pair) const;
  const std::map<pair_name, quarantine>& active() const { return active_; }
  /// True for the cause that only says that the first comparison has not been made.
  static bool waits_for_books(const quarantine& q);

 private:
  std::map<pair_name, quarantine> active_;
};

/// Whether the venue's wallet and ours agree.
class wallet_watch {
 public:
  enum class word : unsigned char {
    unjudged,   ///< no quiet point, or a first disagreement
    agrees,     ///< the venue's figure may be taken
    disagrees,  ///< the second time in a row: all pairs are quarantined
  };
  /// `quiet`: no order is open, so nothing is on its way.
  word judge(money ours, money theirs, bool quiet);

 private:
  int disagreements_ = 0;
};

}  // namespace rltrader
