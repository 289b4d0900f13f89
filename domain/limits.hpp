// How limits are changed: the policy after a change, whether it lets more happen, and the set that the first start writes.
#pragma once

#include "domain/records.hpp"
#include "domain/result.hpp"

#include <map>
#include <optional>
#include <string>

namespace rltrader {

/// The fields of a risk policy that change; what is not given stays.
struct put_policy {
  std::optional<std::string> name;
  std::optional<money> max_total_exposure;
  std::optional<money> max_instrument_exposure;
  std::optional<int> max_open_positions;
  std::optional<money> max_daily_loss;
  std::optional<money> circuit_breaker_loss;
  std::optional<int> cooldown_minutes;
  std::optional<rate> max_leverage;
  std::optional<rate> max_drawdown;

  static constexpr auto type_name = "put_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"name", &put_policy::name, "for people", rule{.longest = 100}},
             field{"max_total_exposure", &put_policy::max_total_exposure, "USDT", rule{.least = 0}},
             field{"max_instrument_exposure", &put_policy::max_instrument_exposure, "USDT", rule{.least = 0}},
             field{"max_open_positions", &put_policy::max_open_positions, "pairs", rule{.least = 0, .most = 1000}},
             field{"max_daily_loss", &put_policy::max_daily_loss, "USDT", rule{.least = 0}},
             field{"circuit_breaker_loss", &put_policy::circuit_breaker_loss, "USDT", rule{.least = 0}},
             field{"cooldown_minutes", &put_policy::cooldown_minutes, "minutes", rule{.least = 0, .most = 10080}},
             field{"max_leverage", &put_policy::max_leverage, "total exposure / equity", rule{.least = 0, .most = 125}},
             field{"max_drawdown", &put_policy::max_drawdown, "fraction", rule{.least = 0, .most = 1}});
  }
};

/// The policy with those fields changed; id and time stay those of `now`.
risk_policy changed(const risk_policy& now, const put_policy& wanted);
/// True if any limit allows more than before: larger sums, more positions, a shorter cooldown.
bool loosens(const risk_policy& before, const risk_policy& after);
/// The row that follows `now`. Errors: out_of_bounds where it contradicts itself, conflict where it loosens and the account's
/// breaker is not active.
result<risk_policy> next_policy(const risk_policy& now, const put_policy& wanted, breaker_level account, instant at);

/// The set that binds a run under this id; none asked for, none. One that is not there is one that is not in use.
std::optional<risk_limit_set> limit_set_of(const std::map<std::string, risk_limit_set>& sets, const std::string& id);
/// The limit set "baseline": as tight as the account's policy.
risk_limit_set baseline_limits(const risk_policy& policy, instant at);

}  // namespace rltrader
