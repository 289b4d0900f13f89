// The life of one pair: bars in, gate, features, policy, decision, intent out. Pure: step(state, event, now) -> effects.
//
// Invariants: no decision without its snapshot (I11); an intent is asked for only after its decision is durable (I2); a bar is
// decided once, also after a restart; while an order of ours is unresolved nothing new is asked; a flip is a close, and the
// opening waits for a later bar that sees the flat position. A posted market is decided on by the same gates and books, with a
// feature pipeline of its own: the pair's window, features and last decision are not touched by it.
#pragma once

#include "domain/alerting.hpp"
#include "domain/decision.hpp"
#include "domain/features.hpp"
#include "domain/instrument.hpp"
#include "domain/integrity.hpp"
#include "domain/market.hpp"
#include "domain/order.hpp"
#include "domain/position.hpp"
#include "domain/posted.hpp"
#include "domain/records.hpp"
#include "domain/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rltrader {

/// What does not change while a pair lives.
struct pair_terms {
  rltrader::instrument instrument;
  interval primary{};
  std::vector<interval> contexts;
  std::string installation;
  std::string account;
  trading_mode mode{};
  position_mode positions = position_mode::one_way;
  money largest_position;       ///< USDT notional for the policy's size 1
  double confidence_least = 0;  ///< below it the policy's word is a hold
  std::size_t window = 30;      ///< bars the gate looks at
  std::size_t bars_least = 30;  ///< fewer: no decision but hold
  integrity_limits gate;
  feature_limits features;
  std::string policy_version;
  std::string source;
  int clean_bars_to_resume = 3;  ///< of a data or volatility pause
};

/// A posted decision on its way to its answer.
struct posted_work {
  std::uint64_t token = 0;  ///< of who asked
  instant since{};
  std::optional<simulated_execution> simulate;
  std::string remark;      ///< what the decision's reason says besides
  posted_outcome outcome;  ///< as far as it is known
};

struct pair_state {
  explicit pair_state(pair_terms t);

  pair_terms terms;
  feature_pipeline pipeline;
  std::vector<candle> window;  ///< newest last; the gate looks at the last `terms.window`
  agent_run run;
  position held;
  std::map<order_id, order> open_orders;
  std::optional<trade_id> open_trade;
  breaker_level level = breaker_level::active;
  bool level_by_operator = false;
  std::optional<decision> last_decision;
  std::string input_hash;
  int bars_held = 0;
  std::int64_t bars = 0;
  std::int64_t decisions = 0;
  /// A decision whose policy answer is awaited, then one whose durability is awaited.
  std::optional<decision> deciding;
  std::optional<order_intent> awaiting_durability;
  std::optional<order_id> in_review;
  int exit_ordinal = 0;
  instant exit_bar{};
  agent_configuration fleet;  ///< the fleet's configuration as last heard
  std::optional<posted_work> posting;
  std::int64_t posted = 0;  ///< markets so far
};

/// Instead of a rule: risk has not answered in time, and may still approve.
inline constexpr const char* no_review = "no_review";

namespace pair_events {
/// The past at a (re)start: closed bars oldest first, and what the ledger knows.
struct restored {
  agent_run run;
  position held;
  std::vector<order> open_orders;
  std::optional<trade_id> open_trade;
  std::optional<decision> last_decision;
  std::vector<candle> history;
  breaker_level level{};
  bool level_by_operator = false;
  agent_configuration fleet;
};
struct bar_closed {
  bar what;
  std::optional<price> mark;  ///< what another source says of the price at its close
};
/// Somebody asks for a decision on a market of theirs; answered by `answer_posted` with the same token.
struct posted {
  std::uint64_t token = 0;
  run_id run;
  posted_market market;
  std::optional<simulated_execution> simulate;
};
struct funding_seen {
  funding what;
};
struct policy_said {
  policy_answer answer;
};
struct policy_failed {
  std::string why;
};
/// The decision is durable.
struct kept {
  decision_id id;
};
/// It is not: its intent is dropped, fail closed.
struct not_kept {
  decision_id id;
  std::string why;
};
struct reviewed {
  bool approved = false;
  order_id id;
  std::string rule;  ///< of the refusal, or `no_review`
  std::string why;
};
struct order_moved {
  order now;
  std::optional<position> held;
  std::optional<trade> round_trip;
};
struct position_moved {
  position held;
};
struct breaker_is {
  breaker_level level{};
  bool by_operator = false;
};
/// The fleet's configuration from now on.
struct fleet_is {
  agent_configuration fleet;
};
struct commanded {
  run_status wanted{};
  pause_reason reason{};
  pause_policy on_pause{};
  bool flatten = false;
  std::string who;
  std::string why;
};
struct configured {
  std::string risk_limit_set_id;
  std::optional<bool> learning_enabled;
  std::optional<int> learning_window_minutes;
  std::string who;
};
}  // namespace pair_events
using pair_event =
    std::variant<pair_events::restored, pair_events::bar_closed, pair_events::posted, pair_events::funding_seen,
                 pair_events::policy_said, pair_events::policy_failed, pair_events::kept, pair_events::not_kept,
                 pair_events::reviewed, pair_events::order_moved, pair_events::position_moved, pair_events::breaker_is,
                 pair_events::fleet_is, pair_events::commanded, pair_events::configured>;

namespace pair_effects {
struct ask_policy {
  observation seen;
};
/// Make the decision durable; `answer_wanted` when an intent waits for it, or who posted the market.
struct keep_decision {
  decision what;
  double feature_quality = 0;
  bool answer_wanted = false;
};
struct keep_run {
  agent_run run;
  std::string who;
  std::string action;
  std::string why;
};
struct ask_review {
  order_intent intent;
  std::string trace_id;
};
struct raise {
  alarm what;
};
struct answer_posted {
  std::uint64_t token = 0;
  result<posted_outcome> answer;
};
}  // namespace pair_effects
using pair_effect = std::variant<pair_effects::ask_policy, pair_effects::keep_decision, pair_effects::keep_run,
                                 pair_effects::ask_review, pair_effects::raise, pair_effects::answer_posted>;

void step(pair_state& state, const pair_event& event, instant now, std::vector<pair_effect>& todo);

}  // namespace rltrader
