// A market that somebody posts to an agent for a decision, beside the pair's own series.
#pragma once

#include "domain/decision.hpp"
#include "domain/market.hpp"
#include "domain/order.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// What a posted decision's order is said to have become, where no order shall be sent.
enum class simulated_execution : unsigned char { partial, filled, failed };
constexpr auto words(simulated_execution) {
  return std::array{word{simulated_execution::partial, "partial"}, word{simulated_execution::filled, "filled"},
                    word{simulated_execution::failed, "failed"}};
}

enum class signal_kind : unsigned char { idea, signal, news, ocr };
constexpr auto words(signal_kind) {
  return std::array{word{signal_kind::idea, "idea"}, word{signal_kind::signal, "signal"},
                    word{signal_kind::news, "news"}, word{signal_kind::ocr, "ocr"}};
}
/// How long a voice of a kind is heard.
constexpr milliseconds heard_for(signal_kind k) { return k == signal_kind::news ? hours{6} : hours{1}; }

/// One voice of an idea, a signal, the news or a text in a picture.
struct posted_signal {
  signal_kind kind{};
  std::string source;
  instant at{};
  double signal_score = 0;           ///< -1 down .. 1 up
  std::optional<double> confidence;  ///< 0..1: how much the score weighs; none: 1

  static constexpr auto type_name = "posted_signal";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"kind", &posted_signal::kind, "idea, signal, news or ocr"},
             field{"source", &posted_signal::source, "who says so"},
             field{"timestamp", &posted_signal::at, "when it was said"},
             field{"score", &posted_signal::signal_score, "-1 down to 1 up"},
             field{"confidence", &posted_signal::confidence, "how much the score weighs; 1 when it is not given"});
  }
};

/// What was posted. Candles are of the agent's own interval and as received: perhaps unsorted, double or none at all.
struct posted_market {
  std::vector<candle> candles;
  std::optional<price> last_price;  ///< another word for where the price is
  std::optional<price> spread;      ///< USDT; recorded in the input hash alone
  std::vector<posted_signal> signals;

  static constexpr auto type_name = "posted_market";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"candles", &posted_market::candles, "closed bars"},
             field{"last_price", &posted_market::last_price, "USDT"}, field{"spread", &posted_market::spread, "USDT"},
             field{"signals", &posted_market::signals, "voices"});
  }
};

/// What became of a posted decision: the decision as it is kept, and what followed.
struct posted_outcome {
  decision decided;
  std::string risk_check;                        ///< not_needed, simulated, approved, or refused:<rule>
  std::vector<std::string> warnings;             ///< of the decision, and execution_failed where the order was refused
  std::optional<order_id> order;                 ///< it was handed to the executor
  std::optional<trade_id> trade;                 ///< the round trip of that order
  std::optional<order_state> state;              ///< of that order, as first heard
  std::optional<simulated_execution> simulated;  ///< no order was asked for: this was said instead

  static constexpr auto type_name = "posted_outcome";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"decision", &posted_outcome::decided, "as it is kept"},
             field{"risk_check", &posted_outcome::risk_check, "not_needed, simulated, approved or refused:<rule>"},
             field{"warnings", &posted_outcome::warnings, "stable words"},
             field{"client_order_id", &posted_outcome::order, "the order, if one was approved"},
             field{"trade_id", &posted_outcome::trade, "its round trip"},
             field{"state", &posted_outcome::state, "of the order, as first heard"},
             field{"simulated", &posted_outcome::simulated, "said in place of an order"});
  }
};

/// Decisions on a posted market carry this in place of the name of their pair's own source.
inline constexpr std::string_view posted_source = "posted";

}  // namespace rltrader
