// What pairs, risk, executor and reconciler say to each other.
#pragma once

#include "messages/inspect.hpp"
#include "messages/pairs.hpp"

#include "domain/alerting.hpp"
#include "domain/decision.hpp"
#include "domain/market.hpp"
#include "domain/order.hpp"
#include "domain/position.hpp"
#include "domain/posted.hpp"
#include "domain/records.hpp"
#include "domain/risk.hpp"
#include "ports/market_source.hpp"
#include "ports/ops_store.hpp"
#include "ports/venue.hpp"

#include <string>
#include <vector>

namespace rltrader {

/// Asks risk for a verdict; an approved order goes straight on to the executor.
struct review_intent {
  order_intent intent;
  std::string trace_id;
  bool by_operator = false;
  std::string risk_limit_set_id;  ///< of the run, beside the account's limits; empty: none

  static constexpr auto type_name = "review_intent";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"intent", &review_intent::intent, "what is wanted"},
             field{"trace_id", &review_intent::trace_id, "its cause"},
             field{"by_operator", &review_intent::by_operator, "a person asks; reductions pass a halt"},
             field{"risk_limit_set_id", &review_intent::risk_limit_set_id, "the run's limits beside the account's"});
  }
};

/// The verdict as it travels: whether it was handed to the executor, or the rule that refused it.
struct review_outcome {
  bool approved = false;
  order_id id;
  refusal refused;

  static constexpr auto type_name = "review_outcome";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"approved", &review_outcome::approved, "handed to the executor"},
             field{"client_order_id", &review_outcome::id, "the order it names"},
             field{"refused", &review_outcome::refused, "rule and figures"});
  }
};

/// An approved order on its way to the executor. Local by type: it cannot be written to a wire.
struct execute_order {
  approved_order what;
  std::string trace_id;
};

/// Something about an order is durable: the order as it stands, the fill behind it if one, and the position after it.
struct order_changed {
  order now;
  std::optional<fill> by_fill;
  std::optional<position> held;
  std::optional<trade> round_trip;
  bool silent = false;  ///< three look-ups without an answer: its pair is quarantined until the venue speaks

  static constexpr auto type_name = "order_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"order", &order_changed::now, "as it stands"},
             field{"fill", &order_changed::by_fill, "what moved it"},
             field{"position", &order_changed::held, "after the fill"},
             field{"trade", &order_changed::round_trip, "the round trip"},
             field{"silent", &order_changed::silent, "three look-ups without an answer"});
  }
};

/// A fill or funding without an order of ours: liquidation, ADL, funding payment. Durable already.
struct position_changed {
  position held;
  std::optional<fill> by_fill;
  std::string cause;

  static constexpr auto type_name = "position_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"position", &position_changed::held, "after it"},
             field{"fill", &position_changed::by_fill, "what moved it"},
             field{"cause", &position_changed::cause, "funding, liquidation, adl, reconciled"});
  }
};

/// Asks for a cancel; the answer is the order as it stands then, the outcome comes as order_changed.
struct cancel_order {
  order_id id;
  std::string reason;
  std::string who;

  static constexpr auto type_name = "cancel_order";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &cancel_order::id, "which"}, field{"reason", &cancel_order::reason, "why"},
             field{"who", &cancel_order::who, "who asks"});
  }
};

/// Cancels what may increase risk, of one pair or (empty) of all.
struct cancel_entries {
  std::string pair;
  std::string reason;

  static constexpr auto type_name = "cancel_entries";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &cancel_entries::pair, "empty: all"}, field{"reason", &cancel_entries::reason, "why"});
  }
};

/// Looks an order up at the venue now, whatever its schedule says. Answer: the order as it stands then.
struct resolve_order {
  order_id id;

  static constexpr auto type_name = "resolve_order";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &resolve_order::id, "which"});
  }
};

/// An operator ends an UNKNOWN order as NOT_PLACED, where the evidence of its absence allows that. Answer: the order after it.
struct end_order {
  order_id id;
  std::string reason;
  std::string who;

  static constexpr auto type_name = "end_order";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &end_order::id, "which"}, field{"reason", &end_order::reason, "why"},
             field{"who", &end_order::who, "who says so"});
  }
};

/// Our books as the executor holds them; fills and ended orders from `since` on.
struct ask_books {
  instant since{};

  static constexpr auto type_name = "ask_books";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"since", &ask_books::since, "fills and ended orders from then on"});
  }
};
struct books_reply {
  std::vector<order> open_orders;
  std::vector<std::string> known_fills;
  std::vector<position> positions;
  std::vector<trade> open_trades;
  std::vector<std::string> ended_orders;
  std::vector<std::string> known_insurance;

  static constexpr auto type_name = "books_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"open_orders", &books_reply::open_orders, "not terminal"},
             field{"known_fills", &books_reply::known_fills, "ids booked since the last audit window began"},
             field{"positions", &books_reply::positions, "held and lately touched"},
             field{"open_trades", &books_reply::open_trades, "round trips not closed"},
             field{"ended_orders", &books_reply::ended_orders, "orders that ended lately"},
             field{"known_insurance", &books_reply::known_insurance, "ids of the insurance payments that are booked"});
  }
};

/// The reconciler found a fill that we lack; the executor books it once.
struct book_fill {
  fill what;
  std::string why;

  static constexpr auto type_name = "book_fill";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"fill", &book_fill::what, "as the venue tells it"},
             field{"why", &book_fill::why, "how it was found"});
  }
};

/// The reconciler found a payment of the venue's insurance that we lack; the executor books it once.
struct book_insurance {
  insurance_paid what;

  static constexpr auto type_name = "book_insurance";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"insurance", &book_insurance::what, "as the venue tells it"});
  }
};

/// Funding as the market says it; the executor books it on what is held.
struct book_funding {
  funding what;
  price mark;

  static constexpr auto type_name = "book_funding";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"funding", &book_funding::what, "rate and time"}, field{"mark", &book_funding::mark, "USDT"});
  }
};

/// What the venue said, posted to the executor from wherever its callback ran. Local by type.
struct venue_answered {
  std::uint64_t token = 0;  ///< which request; a late answer to a given-up one is still read, never guessed
  std::variant<ports::place_answer, ports::cancel_answer, ports::lookup_answer> what;
};
struct venue_spoke {
  ports::venue_event what;
};
struct books_answered {
  std::uint64_t token = 0;
  std::shared_ptr<const result<ports::venue_books>> what;
};

/// What the market source pushed, posted to the feed. Local by type.
struct market_spoke {
  ports::market_event what;
};

/// A pair may not enter, or agreed once more.
struct quarantine_pair {
  pair_name pair;
  std::string cause;
  std::string reason;

  static constexpr auto type_name = "quarantine_pair";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &quarantine_pair::pair, "which"}, field{"cause", &quarantine_pair::cause, "stable word"},
             field{"reason", &quarantine_pair::reason, "in words"});
  }
};
/// What a whole comparison with the venue found.
struct books_compared {
  std::vector<pair_name> agreeing;
  std::vector<pair_name> foreign;
  std::vector<std::string> second_daemon;

  static constexpr auto type_name = "books_compared";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"agreeing", &books_compared::agreeing, "pairs whose books agree with the venue's"},
             field{"foreign", &books_compared::foreign, "pairs with an order there that nobody here can explain"},
             field{"second_daemon", &books_compared::second_daemon,
                   "orders there with our prefix that this store never made"});
  }
};
struct balance_known {
  money wallet;
  money equity;

  static constexpr auto type_name = "balance_known";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"wallet", &balance_known::wallet, "USDT"},
             field{"equity", &balance_known::equity, "USDT, by the venue"});
  }
};

/// The account's breaker or a pair's has a new level; durable.
struct breaker_moved {
  breaker_row before;
  breaker_row after;

  static constexpr auto type_name = "breaker_moved";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"before", &breaker_moved::before, "row"}, field{"after", &breaker_moved::after, "row"});
  }
};

}  // namespace rltrader

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::execute_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::venue_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::venue_spoke)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::books_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::market_spoke)
