// Rows of risk: limits, the breaker, quarantines.
#pragma once

#include "domain/order.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// The account's limits. A row is never changed: a new one replaces it and the old one stays. Table account_risk_policies.
struct risk_policy {
  std::string id;
  std::string name;
  money max_total_exposure;
  money max_instrument_exposure;
  int max_open_positions = 0;
  money max_daily_loss;        ///< over it: REDUCING
  money circuit_breaker_loss;  ///< over it: HALTED
  int cooldown_minutes = 0;
  rate max_leverage;
  rate max_drawdown;  ///< of the peak; over it: REDUCING
  bool active = true;
  instant effective_from{};

  friend bool operator==(const risk_policy&, const risk_policy&) = default;
  static constexpr auto type_name = "risk_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &risk_policy::id, "the row"}, field{"name", &risk_policy::name, "for people"},
             field{"max_total_exposure", &risk_policy::max_total_exposure, "USDT", rule{.least = 0}},
             field{"max_instrument_exposure", &risk_policy::max_instrument_exposure, "USDT", rule{.least = 0}},
             field{"max_open_positions", &risk_policy::max_open_positions, "pairs above dust",
                   rule{.least = 0, .most = 1000}},
             field{"max_daily_loss", &risk_policy::max_daily_loss, "USDT; over it entries stop", rule{.least = 0}},
             field{"circuit_breaker_loss", &risk_policy::circuit_breaker_loss, "USDT; over it everything stops",
                   rule{.least = 0}},
             field{"cooldown_minutes", &risk_policy::cooldown_minutes, "minutes", rule{.least = 0, .most = 10080}},
             field{"max_leverage", &risk_policy::max_leverage, "total exposure / equity", rule{.least = 0}},
             field{"max_drawdown", &risk_policy::max_drawdown, "fraction of the peak", rule{.least = 0, .most = 1}},
             field{"active", &risk_policy::active, "in force"},
             field{"effective_from", &risk_policy::effective_from, "market time"});
  }
};

enum class breaker_level : unsigned char { active, reducing, halted };
constexpr auto words(breaker_level) {
  return std::array{word{breaker_level::active, "active"}, word{breaker_level::reducing, "reducing"},
                    word{breaker_level::halted, "halted"}};
}

/// The breaker of one scope and what daily loss and drawdown are measured from. Table account_risk_state, durable.
struct breaker_row {
  std::string scope;  ///< "account" or a pair
  breaker_level level{};
  bool by_operator = false;  ///< an operator opened it; only an operator closes it
  std::string cause;   ///< stable word: daily_loss, hard_loss, drawdown, leverage, stale_mark, exposure, operator...
  std::string reason;  ///< in words
  std::optional<instant> cooldown_until;
  std::optional<instant> triggered_at;
  int clean_checks = 0;        ///< checks in a row without the cause
  money day_opening_equity;    ///< account scope: adjusted equity at 00:00 UTC
  std::optional<instant> day;  ///< which day that was
  money peak_equity;           ///< account scope: highest adjusted equity
  std::vector<std::string>
      standing;  ///< every cause that holds it open, the worst first (`cause` is the first); see breaker.hpp
  std::optional<instant>
      suspected_at;  ///< a first mark showed the hard loss; a second one, at least 1 s later, proves it

  friend bool operator==(const breaker_row&, const breaker_row&) = default;
  static constexpr auto type_name = "breaker_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"scope", &breaker_row::scope, "account or a pair"},
             field{"level", &breaker_row::level, "active, reducing, halted"},
             field{"by_operator", &breaker_row::by_operator, "an operator opened it"},
             field{"cause", &breaker_row::cause, "stable word"}, field{"reason", &breaker_row::reason, "in words"},
             field{"cooldown_until", &breaker_row::cooldown_until, "not closed before"},
             field{"triggered_at", &breaker_row::triggered_at, "since when"},
             field{"clean_checks", &breaker_row::clean_checks, "checks in a row without the cause"},
             field{"day_opening_equity", &breaker_row::day_opening_equity, "USDT at 00:00 UTC"},
             field{"day", &breaker_row::day, "of the opening equity"},
             field{"peak_equity", &breaker_row::peak_equity, "USDT"},
             field{"standing", &breaker_row::standing, "all causes that hold it open, the worst first"},
             field{"suspected_at", &breaker_row::suspected_at, "first mark beyond the hard loss, not yet confirmed"});
  }
};

/// Limits of an agent beside the account's; the tightest wins. Table risk_limit_sets.
struct risk_limit_set {
  std::string id;
  std::string name;
  money max_position_size;  ///< USDT notional of one position
  rate leverage_cap;
  money max_daily_loss;
  rate max_drawdown;
  int max_open_positions = 0;
  bool active = true;
  instant created_at{};
  instant updated_at{};

  static constexpr auto type_name = "risk_limit_set";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &risk_limit_set::id, "the set"}, field{"name", &risk_limit_set::name, "for people"},
             field{"max_position_size", &risk_limit_set::max_position_size, "USDT notional", rule{.least = 0}},
             field{"leverage_cap", &risk_limit_set::leverage_cap, "total exposure / equity", rule{.least = 0}},
             field{"max_daily_loss", &risk_limit_set::max_daily_loss, "USDT", rule{.least = 0}},
             field{"max_drawdown", &risk_limit_set::max_drawdown, "fraction", rule{.least = 0, .most = 1}},
             field{"max_open_positions", &risk_limit_set::max_open_positions, "pairs", rule{.least = 0, .most = 1000}},
             field{"active", &risk_limit_set::active, "in use"},
             field{"created_at", &risk_limit_set::created_at, "market time"},
             field{"updated_at", &risk_limit_set::updated_at, "market time"});
  }
};

/// A pair that may not enter, and why; it is lifted by two agreeing checks. Table quarantines.
struct quarantine {
  pair_name pair;
  bool active = true;
  std::string cause;  ///< stable word: books_disagree, order_unknown, too_many_restarts...
  std::string reason;
  int agreeing_checks = 0;
  instant since{};
  instant updated_at{};

  friend bool operator==(const quarantine&, const quarantine&) = default;
  static constexpr auto type_name = "quarantine";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &quarantine::pair, "the pair"}, field{"active", &quarantine::active, "in force"},
             field{"cause", &quarantine::cause, "stable word"}, field{"reason", &quarantine::reason, "in words"},
             field{"agreeing_checks", &quarantine::agreeing_checks, "checks in a row that agreed"},
             field{"since", &quarantine::since, "market time"},
             field{"updated_at", &quarantine::updated_at, "market time"});
  }
};

}  // namespace rltrader
