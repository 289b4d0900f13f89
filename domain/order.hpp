// Orders and fills: what is asked of the venue, what became of it, and the names that make a retry the same order.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <optional>
#include <string>

namespace rltrader {

enum class order_side : unsigned char { buy, sell };
constexpr auto words(order_side) { return std::array{word{order_side::buy, "buy"}, word{order_side::sell, "sell"}}; }

/// `both` in one-way mode; a leg in hedge mode.
enum class position_side : unsigned char { both, long_side, short_side };
constexpr auto words(position_side) {
  return std::array{word{position_side::both, "both"}, word{position_side::long_side, "long"},
                    word{position_side::short_side, "short"}};
}

enum class position_mode : unsigned char { one_way, hedge };
constexpr auto words(position_mode) {
  return std::array{word{position_mode::one_way, "one_way"}, word{position_mode::hedge, "hedge"}};
}

enum class order_type : unsigned char { market, limit, stop_market, take_profit_market };
constexpr auto words(order_type) {
  return std::array{word{order_type::market, "market"}, word{order_type::limit, "limit"},
                    word{order_type::stop_market, "stop_market"},
                    word{order_type::take_profit_market, "take_profit_market"}};
}

/// What an order is for. An entry may increase risk; an exit and a stop only reduce.
enum class order_leg : unsigned char { entry, exit, stop };
constexpr auto words(order_leg) {
  return std::array{word{order_leg::entry, "entry"}, word{order_leg::exit, "exit"}, word{order_leg::stop, "stop"}};
}

enum class trading_mode : unsigned char { paper, live };
constexpr auto words(trading_mode) {
  return std::array{word{trading_mode::paper, "paper"}, word{trading_mode::live, "live"}};
}

/// The life of an order; docs/ARCHITECTURE.md has the picture. The last five absorb.
enum class order_state : unsigned char {
  intent,    ///< durable, not sent
  sent,      ///< the request has left
  accepted,  ///< the venue said yes
  partial,   ///< some of it is filled
  unknown,   ///< sent without the venue's word: counted as exposure and looked up
  filled,
  rejected,  ///< the venue said no, or it was refused before it left
  cancelled,
  expired,
  not_placed,  ///< its absence at the venue is proved
};
constexpr auto words(order_state) {
  return std::array{word{order_state::intent, "intent"},     word{order_state::sent, "sent"},
                    word{order_state::accepted, "accepted"}, word{order_state::partial, "partial"},
                    word{order_state::unknown, "unknown"},   word{order_state::filled, "filled"},
                    word{order_state::rejected, "rejected"}, word{order_state::cancelled, "cancelled"},
                    word{order_state::expired, "expired"},   word{order_state::not_placed, "not_placed"}};
}
constexpr bool terminal(order_state s) { return s >= order_state::filled; }

/// Where an order belongs: the same slot always names the same order. At most one order per slot ever reaches the venue (I1).
struct order_slot {
  std::string installation;  ///< this store's own id; a restored backup starts a new one
  std::string account;
  trading_mode mode{};
  pair_name pair;
  instant bar_open{};  ///< the bar the decision was made on
  order_leg leg{};
  int ordinal = 0;  ///< counts orders of one leg within a bar (a close that never arrived gets the next)

  friend bool operator==(const order_slot&, const order_slot&) = default;
  static constexpr auto type_name = "order_slot";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"installation", &order_slot::installation, "this store's id"},
        field{"account", &order_slot::account, "the venue account"}, field{"mode", &order_slot::mode, "paper or live"},
        field{"pair", &order_slot::pair, "the pair"}, field{"bar_open", &order_slot::bar_open, "the decided bar"},
        field{"leg", &order_slot::leg, "entry, exit or stop"},
        field{"ordinal", &order_slot::ordinal, "nth order of the leg on that bar", rule{.least = 0, .most = 9999}});
  }
};

/// What is asked of the venue.
struct order_content {
  pair_name pair;
  order_side side{};
  position_side leg_side{};
  order_type type{};
  rltrader::quantity quantity;   ///< base coins, above zero, a multiple of the step
  std::optional<price> limit;    ///< limit orders
  std::optional<price> trigger;  ///< stop and take-profit orders
  bool reduce_only = false;

  friend bool operator==(const order_content&, const order_content&) = default;
  static constexpr auto type_name = "order_content";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &order_content::pair, "the pair"}, field{"side", &order_content::side, "buy or sell"},
             field{"position_side", &order_content::leg_side, "both in one-way mode, else the leg"},
             field{"type", &order_content::type, "how it executes"},
             field{"quantity", &order_content::quantity, "base coins", rule{.least = 0}},
             field{"limit_price", &order_content::limit, "USDT, for limit orders"},
             field{"trigger_price", &order_content::trigger, "USDT, for stops"},
             field{"reduce_only", &order_content::reduce_only, "never increases the position"});
  }
};

/// The client order id of a slot: "rl" and 28 of [0-9a-z], a hash; and the fingerprint of a content, 64 hex digits.
order_id order_id_of(const order_slot& slot);
std::string fingerprint_of(const order_content& content);

/// What a pair wants done: where it belongs, what it is, and why.
struct order_intent {
  order_slot slot;
  order_content content;
  decision_id decision;
  trade_id trade;
  run_id run;
  price reference;  ///< the price the decision saw, for slippage; never the fill price
  instant created_at{};
  std::string reason;

  static constexpr auto type_name = "order_intent";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"slot", &order_intent::slot, "names the order"},
             field{"content", &order_intent::content, "what is asked"},
             field{"decision_id", &order_intent::decision, "the decision behind it, if one"},
             field{"trade_id", &order_intent::trade, "the round trip it belongs to"},
             field{"agent_run_id", &order_intent::run, "the run"},
             field{"reference_price", &order_intent::reference, "USDT, what the decision saw"},
             field{"created_at", &order_intent::created_at, "when it was wanted"},
             field{"reason", &order_intent::reason, "why, in words"});
  }
};

/// What the venue charged and gave for a part of an order. A fill at price 0 is a defect.
struct fill {
  fill_id id;
  order_id order;  ///< our client order id; empty for liquidation and foreign activity
  venue_order_id venue_order;
  pair_name pair;
  order_side side{};
  position_side leg_side{};
  rltrader::price price;
  rltrader::quantity quantity;  ///< above zero
  money fee;                    ///< USDT paid; negative: received
  bool maker = false;
  std::string cause = "trade";  ///< trade, liquidation, adl
  instant at{};

  friend bool operator==(const fill&, const fill&) = default;
  static constexpr auto type_name = "fill";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &fill::id, "the venue's trade id"}, field{"client_order_id", &fill::order, "our order"},
             field{"exchange_order_id", &fill::venue_order, "the venue's order"},
             field{"pair", &fill::pair, "the pair"}, field{"side", &fill::side, "buy or sell"},
             field{"position_side", &fill::leg_side, "the leg"}, field{"price", &fill::price, "USDT"},
             field{"quantity", &fill::quantity, "base coins"}, field{"fee", &fill::fee, "USDT paid"},
             field{"maker", &fill::maker, "added liquidity"}, field{"cause", &fill::cause, "trade, liquidation or adl"},
             field{"at", &fill::at, "when"});
  }
};

/// An order as we hold it: the intent, and all that is proved of its outcome. Table trade_executions.
struct order {
  order_id id;
  std::string fingerprint;
  order_intent intent;
  order_state state{};
  venue_order_id venue_order;
  quantity filled;
  price average;  ///< of the fills; zero before the first
  money fees;
  std::string status_reason;
  bool cancel_requested = false;
  int attempts = 0;  ///< requests sent for it; an entry is sent once
  std::optional<instant> sent_at;
  instant created_at{};
  instant updated_at{};
  std::string trace_id;
  money filled_notional;  ///< USDT, sum of price x quantity of the fills: the average is this over `filled`
  int transitions = 0;    ///< state events written so far; the number of the next one follows from it

  static constexpr auto type_name = "order";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &order::id, "names the slot"},
             field{"fingerprint", &order::fingerprint, "of the content"},
             field{"intent", &order::intent, "what was wanted"},
             field{"state", &order::state, "its place in the life of an order"},
             field{"exchange_order_id", &order::venue_order, "the venue's id"},
             field{"filled_quantity", &order::filled, "base coins"}, field{"average_price", &order::average, "USDT"},
             field{"fees", &order::fees, "USDT"}, field{"status_reason", &order::status_reason, "why it is so"},
             field{"cancel_requested", &order::cancel_requested, "a cancel was asked for"},
             field{"attempt_count", &order::attempts, "requests sent"},
             field{"last_attempt_at", &order::sent_at, "last send"},
             field{"created_at", &order::created_at, "when the intent became durable"},
             field{"updated_at", &order::updated_at, "last change"},
             field{"trace_id", &order::trace_id, "ties it to its cause"},
             field{"filled_notional", &order::filled_notional, "USDT, price x quantity of the fills"},
             field{"transitions", &order::transitions, "state events so far"});
  }
  const order_content& content() const { return intent.content; }
  quantity open_quantity() const { return terminal(state) ? quantity{} : intent.content.quantity - filled; }
};

}  // namespace rltrader
