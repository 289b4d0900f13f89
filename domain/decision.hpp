// What an agent sees, what it says, and the snapshot that is kept of both.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <string>
#include <vector>

namespace rltrader {

enum class action : unsigned char { go_long, go_short, hold, close };
constexpr auto words(action) {
  return std::array{word{action::go_long, "long"}, word{action::go_short, "short"}, word{action::hold, "hold"},
                    word{action::close, "close"}};
}

/// What a policy is asked: scale-free features and its own position. Doubles: statistics, not money.
struct observation {
  std::vector<double> features;  ///< one per name of the feature set, NaN where missing
  int position_sign = 0;         ///< -1 short, 0 flat, 1 long
  int bars_held = 0;
  double unrealised_fraction = 0;  ///< of the entry notional

  static constexpr auto type_name = "observation";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"features", &observation::features, "in the order of the feature set"},
             field{"position_sign", &observation::position_sign, "-1, 0 or 1"},
             field{"bars_held", &observation::bars_held, "bars since the entry"},
             field{"unrealised_fraction", &observation::unrealised_fraction, "of the entry notional"});
  }
};

/// What a policy answers. `size` is the fraction of the largest position the agent may hold.
struct policy_answer {
  action choice = action::hold;
  double confidence = 0;  ///< 0..1
  double size = 0;        ///< 0..1
  std::string reason;

  static constexpr auto type_name = "policy_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"action", &policy_answer::choice, "long, short, hold or close"},
             field{"confidence", &policy_answer::confidence, "0..1"}, field{"size", &policy_answer::size, "0..1"},
             field{"reason", &policy_answer::reason, "in words"});
  }
};

/// A decision as it is kept: the gate's outcome, the inputs and their provenance. Table trade_decisions.
struct decision {
  decision_id id;  ///< of run, pair and bar: the same bar decided anew has the same id
  run_id run;
  pair_name pair;
  instant bar_open{};
  instant decided_at{};
  action choice = action::hold;
  double confidence = 0;
  quantity size;    ///< base coins wanted, quantized; 0 for hold
  price reference;  ///< USDT: the last close it saw
  std::string reason;
  std::vector<std::string> warnings;  ///< stable words, see docs/risk.md
  bool gate_passed = false;           ///< the integrity and feature gates let the policy's word stand
  std::string risk_check_result;      ///< "not_needed", "asked" (answered by the intent's state events), "simulated"
  std::string policy_version;
  std::string feature_fingerprint;
  std::vector<double> features;
  std::string source;  ///< where the market data came from: sim, replay, bingx; posted
  std::string trace_id;
  std::string input_hash;  ///< over the bars and the position that were seen

  static constexpr auto type_name = "decision";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &decision::id, "of run, pair and bar"}, field{"agent_run_id", &decision::run, "the run"},
             field{"pair", &decision::pair, "the pair"}, field{"bar_open", &decision::bar_open, "the decided bar"},
             field{"decided_at", &decision::decided_at, "market time"},
             field{"action", &decision::choice, "what was decided"},
             field{"confidence_score", &decision::confidence, "0..1"}, field{"size", &decision::size, "base coins"},
             field{"reference_price", &decision::reference, "USDT, the last close seen"},
             field{"reason", &decision::reason, "in words"}, field{"warnings", &decision::warnings, "stable words"},
             field{"gate_passed", &decision::gate_passed, "the gates let the policy speak"},
             field{"risk_check_result", &decision::risk_check_result, "not_needed, asked or simulated"},
             field{"policy_version", &decision::policy_version, "which policy"},
             field{"feature_fingerprint", &decision::feature_fingerprint, "of the feature set"},
             field{"features", &decision::features, "as the policy saw them"},
             field{"source", &decision::source, "sim, replay, bingx or posted"},
             field{"trace_id", &decision::trace_id, "ties it to its effects"},
             field{"input_hash", &decision::input_hash, "over what was seen"});
  }
};

}  // namespace rltrader
