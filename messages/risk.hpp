// Breaker, limits and configuration as operators see and change them.
#pragma once

#include "messages/inspect.hpp"

#include "domain/limits.hpp"
#include "domain/risk.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

struct breaker_state_view {
  std::string id;  ///< the scope
  std::string status;
  std::optional<instant> cooldown_until;
  std::optional<instant> last_triggered_at;
  std::string trigger_reason;
  std::string cause;

  static constexpr auto type_name = "breaker_state";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &breaker_state_view::id, "account or a pair"},
             field{"status", &breaker_state_view::status, "ok, reducing, cooldown, halted"},
             field{"cooldown_until", &breaker_state_view::cooldown_until, "not closed before"},
             field{"last_triggered_at", &breaker_state_view::last_triggered_at, "market time"},
             field{"trigger_reason", &breaker_state_view::trigger_reason, "in words"},
             field{"cause", &breaker_state_view::cause, "stable word"});
  }
};
struct ask_risk {
  static constexpr auto type_name = "ask_risk";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct risk_view {
  risk_policy policy;
  breaker_state_view state;
  risk_measures snapshot;
  std::vector<breaker_state_view> pairs;
  std::vector<quarantine> quarantined;

  static constexpr auto type_name = "risk_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"policy", &risk_view::policy, "the limits in force"},
             field{"state", &risk_view::state, "the account's breaker"},
             field{"snapshot", &risk_view::snapshot, "the measures now"},
             field{"pairs", &risk_view::pairs, "breakers of pairs that are not ok"},
             field{"quarantined", &risk_view::quarantined, "pairs that may not enter"});
  }
};
/// Halt, reduce or resume; without pairs the account's breaker.
struct set_breaker {
  breaker_level level{};
  std::string reason;
  std::vector<std::string> pairs;
  std::string who;

  static constexpr auto type_name = "set_breaker";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"level", &set_breaker::level, "active, reducing, halted"},
             field{"reason", &set_breaker::reason, "why"}, field{"pairs", &set_breaker::pairs, "none: the account"},
             field{"who", &set_breaker::who, "who asks"});
  }
};
struct breaker_answer {
  breaker_state_view state;
  std::vector<breaker_state_view> pairs;
  std::vector<std::string> sends_in_flight;  ///< client order ids without the venue's word
  bool durable = true;                       ///< false: the store is down; it holds in memory and in the halt file

  static constexpr auto type_name = "breaker_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"state", &breaker_answer::state, "the account's breaker"},
             field{"pairs", &breaker_answer::pairs, "the pairs asked for"},
             field{"sends_in_flight", &breaker_answer::sends_in_flight, "orders without the venue's word"},
             field{"durable", &breaker_answer::durable, "written to the store"});
  }
};
/// The peak that drawdown is measured from becomes the equity of now.
struct rebase_peak {
  std::string reason;
  std::string who;

  static constexpr auto type_name = "rebase_peak";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"reason", &rebase_peak::reason, "why"}, field{"who", &rebase_peak::who, "who asks"});
  }
};
struct rebase_answer {
  breaker_state_view state;
  money peak_before;
  money peak;

  static constexpr auto type_name = "rebase_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"state", &rebase_answer::state, "the account's breaker"},
             field{"peak_before", &rebase_answer::peak_before, "USDT"},
             field{"peak", &rebase_answer::peak, "USDT, the equity of now"});
  }
};
struct change_policy {
  put_policy wanted;
  std::string who;

  static constexpr auto type_name = "change_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"policy", &change_policy::wanted, "fields that change"},
             field{"who", &change_policy::who, "who asks"});
  }
};

}  // namespace rltrader
