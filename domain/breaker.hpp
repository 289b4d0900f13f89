// The circuit breaker: ACTIVE, REDUCING, HALTED per scope; opens at once, closes only when its cause has cleared (I9).
//
// A scope is open while any cause stands; its level is that of the worst one. Causes end in different ways:
//   leverage, exposure, stale_mark, foreign_order, no_equity   by themselves: two clean checks in a row, not before the cooldown
//   daily_loss, hard_loss                                      by the next UTC day (then they are called ..._past) and an operator
//   drawdown                                                   by a rebase of the peak
//   liquidation, adl, foreign_close, second_daemon, operator   by an operator
// A hard loss that only marks show (the wallet alone does not) opens REDUCING at the first mark and HALTS at a second one, at least
// 1 s later, so that one outlying mark never halts for it. The exposure that opens it is measured against the account's policy; limit
// sets and the agent configuration bound approvals. A closed scope keeps when it was last triggered.
#pragma once

#include "domain/risk.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rltrader {

namespace breaker_events {
struct measured {  ///< after each fill and mark, and each check period
  risk_measures what;
  std::vector<std::string> stale_pairs;  ///< pairs that hold something and have no mark of 10 s
  bool check = false;                    ///< a full check period has passed: clean checks count only then
  std::vector<std::string>
      foreign_pairs{};  ///< with each check: pairs with an order at the venue that nobody here can explain
};
struct operator_said {  ///< halt, reduce, resume; scope "account" or a pair
  breaker_level wanted{};
  std::string scope;
  std::string reason;
  std::string who;
};
struct foreign_close {
  pair_name pair;
  std::string cause;
};  ///< liquidation or ADL: HALTS the pair
struct peak_rebased {
  std::string who;
  std::string reason{};
};  ///< clears a drawdown; the peak is the equity of now
/// 00:00 UTC has passed. The opening equity is the one of now, unless it was rebuilt from the income history.
struct day_rolled {
  std::optional<money> opening_equity{};
};
struct second_daemon {
  std::string evidence;
};  ///< an order with our prefix that this store never made: HALTED
}  // namespace breaker_events
using breaker_event =
    std::variant<breaker_events::measured, breaker_events::operator_said, breaker_events::foreign_close,
                 breaker_events::peak_rebased, breaker_events::day_rolled, breaker_events::second_daemon>;

/// What must be done; rows are made durable first.
struct breaker_change {
  breaker_row before;
  breaker_row after;
  bool cancel_resting_entries = false;  ///< opening first cancels what may increase risk, in its scope
  bool urgent = true;  ///< false: only a new peak or the like; durable by the next check is soon enough
};

/// The rows after an event and what changed, scope by scope. Resume is refused (errc::conflict, naming the cause) while
/// the cause stands or an order of the scope is UNKNOWN; halting an already halted scope changes only the reason. A rebase is
/// refused while the account is HALTED, a loss of the day stands, any order is UNKNOWN, or a mark that is measured with is stale.
struct breaker_step {
  std::vector<breaker_change> changes;
  std::optional<failure> refused;
  bool configuration_changed =
      false;  ///< halt and kill switch are one state: write book.configuration too, also without changes
};
/// The kill switch follows an operator's halt, reduce and resume of the account. The new rows are also in `book.breakers`.
breaker_step step_breaker(risk_book& book, const breaker_event& event, instant now);

/// The level that counts for a pair: the higher of the account's and its own; the kill switch is HALTED.
breaker_level level_for(const risk_book& book, const pair_name& pair);
/// ok, reducing, cooldown (halted by its own cause) or halted (by an operator): the older words of the API.
std::string_view api_word(const breaker_row& row);

}  // namespace rltrader
