// Pairs: their bars, their runs, and what they show of themselves.
#pragma once

#include "messages/inspect.hpp"

#include "domain/market.hpp"
#include "domain/posted.hpp"
#include "domain/records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// A closed bar on its way to its pair, and what another source says of the price at its close.
struct closed_bar {
  bar what;
  std::optional<price> mark;

  static constexpr auto type_name = "closed_bar";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"bar", &closed_bar::what, "as it closed"},
             field{"mark", &closed_bar::mark, "USDT, the mark of that moment, where one was heard"});
  }
};

/// Start, pause, resume or stop a pair's run.
/// `configure` changes learning and limits of the present run and nothing else; 404 without one.
enum class run_verb : unsigned char { start, pause, resume, stop, configure };
constexpr auto words(run_verb) {
  return std::array{word{run_verb::start, "start"}, word{run_verb::pause, "pause"}, word{run_verb::resume, "resume"},
                    word{run_verb::stop, "stop"}, word{run_verb::configure, "configure"}};
}
enum class disposition : unsigned char { unsaid, adopt, flatten };
constexpr auto words(disposition) {
  return std::array{word{disposition::unsaid, "unsaid"}, word{disposition::adopt, "adopt"},
                    word{disposition::flatten, "flatten"}};
}
struct run_command {
  pair_name pair;
  run_verb verb{};
  trading_mode mode{};
  disposition on_position{};  ///< what of a held position, when starting or stopping
  pause_policy on_pause{};
  std::string risk_limit_set_id;
  std::optional<bool> learning_enabled;
  std::optional<int> learning_window_minutes;
  std::string reason;
  std::string who;

  static constexpr auto type_name = "run_command";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &run_command::pair, "which"}, field{"verb", &run_command::verb, "what"},
             field{"mode", &run_command::mode, "paper or live"},
             field{"on_position", &run_command::on_position, "of a held position"},
             field{"on_pause", &run_command::on_pause, "while paused"},
             field{"risk_limit_set_id", &run_command::risk_limit_set_id, "limits beside the account's"},
             field{"learning_enabled", &run_command::learning_enabled, "learns online"},
             field{"learning_window_minutes", &run_command::learning_window_minutes, "minutes"},
             field{"reason", &run_command::reason, "why"}, field{"who", &run_command::who, "who asks"});
  }
};

/// A decision of a pair's run on a market that somebody posts. Answer: posted_outcome, once the decision is durable and, where it
/// wants an order, the review or the order has spoken.
struct decide_posted {
  pair_name pair;
  run_id run;
  posted_market market;
  std::optional<simulated_execution> simulate;
  std::string who;

  static constexpr auto type_name = "decide_posted";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &decide_posted::pair, "which"}, field{"run", &decide_posted::run, "its present run"},
             field{"market", &decide_posted::market, "what was posted"},
             field{"simulate", &decide_posted::simulate, "said in place of an order"},
             field{"who", &decide_posted::who, "who asks"});
  }
};

/// The fleet's configuration from now on; durable.
struct configuration_changed {
  agent_configuration now;

  static constexpr auto type_name = "configuration_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"configuration", &configuration_changed::now, "the whole row"});
  }
};

/// A pair as operators see it.
struct pair_view {
  pair_name pair;
  agent_run run;
  bool alive = false;
  int restarts = 0;
  bool quarantined = false;
  std::optional<rltrader::quarantine> quarantine;
  std::string breaker;
  std::string breaker_cause;
  std::string model;
  std::optional<decision> last_decision;
  quantity held;
  price entry;
  std::optional<instant> last_bar;
  std::int64_t bars = 0;
  std::int64_t decisions = 0;

  static constexpr auto type_name = "pair_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &pair_view::pair, "the pair"}, field{"run", &pair_view::run, "its run"},
             field{"alive", &pair_view::alive, "its actor runs"},
             field{"restarts", &pair_view::restarts, "since start"},
             field{"quarantined", &pair_view::quarantined, "may not enter"},
             field{"quarantine", &pair_view::quarantine, "why it may not, and since when"},
             field{"breaker", &pair_view::breaker,
                   "ok, reducing, cooldown, halted: the graver of the account's and its own"},
             field{"breaker_cause", &pair_view::breaker_cause, "stable word; empty when ok"},
             field{"model", &pair_view::model, "the policy's version"},
             field{"last_decision", &pair_view::last_decision, "the newest"},
             field{"held", &pair_view::held, "base coins, signed"}, field{"entry_price", &pair_view::entry, "USDT"},
             field{"last_bar", &pair_view::last_bar, "close of the newest bar"},
             field{"bars", &pair_view::bars, "since start"}, field{"decisions", &pair_view::decisions, "since start"});
  }
};
struct pair_list {
  std::vector<pair_view> pairs;

  static constexpr auto type_name = "pair_list";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &pair_list::pairs, "all that run or ran"});
  }
};

/// The pairs that have an actor from now on.
struct pairs_running {
  std::vector<pair_name> pairs;

  static constexpr auto type_name = "pairs_running";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &pairs_running::pairs, "by name"});
  }
};

/// The pair list from now on (a reload). Removing one that holds a position is refused.
struct change_pairs {
  std::vector<pair_name> pairs;
  std::string who;

  static constexpr auto type_name = "change_pairs";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &change_pairs::pairs, "all that shall run"}, field{"who", &change_pairs::who, "who asks"});
  }
};
struct pairs_changed {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> refused;

  static constexpr auto type_name = "pairs_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"added", &pairs_changed::added, "started"}, field{"removed", &pairs_changed::removed, "stopped"},
             field{"refused", &pairs_changed::refused, "with the reason"});
  }
};

}  // namespace rltrader
