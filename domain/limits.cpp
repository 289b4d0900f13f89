// How limits are changed.
#include "domain/limits.hpp"

namespace rltrader {

risk_policy changed(const risk_policy& now, const put_policy& wanted) {
  auto next = now;
  const auto take = [](const auto& from, auto& to) {
    if (from) to = *from;
  };
  take(wanted.name, next.name);
  take(wanted.max_total_exposure, next.max_total_exposure);
  take(wanted.max_instrument_exposure, next.max_instrument_exposure);
  take(wanted.max_open_positions, next.max_open_positions);
  take(wanted.max_daily_loss, next.max_daily_loss);
  take(wanted.circuit_breaker_loss, next.circuit_breaker_loss);
  take(wanted.cooldown_minutes, next.cooldown_minutes);
  take(wanted.max_leverage, next.max_leverage);
  take(wanted.max_drawdown, next.max_drawdown);
  return next;
}

bool loosens(const risk_policy& before, const risk_policy& after) {
  return after.max_total_exposure > before.max_total_exposure ||
         after.max_instrument_exposure > before.max_instrument_exposure ||
         after.max_open_positions > before.max_open_positions || after.max_daily_loss > before.max_daily_loss ||
         after.circuit_breaker_loss > before.circuit_breaker_loss || after.max_leverage > before.max_leverage ||
         after.max_drawdown > before.max_drawdown || after.cooldown_minutes < before.cooldown_minutes;
}

result<risk_policy> next_policy(const risk_policy& now, const put_policy& wanted, breaker_level account, instant at) {
  auto next = changed(now, wanted);
  if (next.circuit_breaker_loss < next.max_daily_loss)
    return {errc::out_of_bounds, "circuit_breaker_loss must be at least max_daily_loss (" + next.max_daily_loss.text() +
                                     "), was " + next.circuit_breaker_loss.text()};
  if (loosens(now, next) && account != breaker_level::active)
    return {errc::conflict,
            "limits are loosened only while the breaker is active; it is " + std::string(text_of(account))};
  next.id = "policy-" + std::to_string(ms_of(at));
  next.effective_from = at;
  return next;
}

std::optional<risk_limit_set> limit_set_of(const std::map<std::string, risk_limit_set>& sets, const std::string& id) {
  if (id.empty()) return std::nullopt;
  if (const auto found = sets.find(id); found != sets.end()) return found->second;
  risk_limit_set missing;
  missing.id = missing.name = id;
  missing.active = false;
  return missing;
}

risk_limit_set baseline_limits(const risk_policy& policy, instant at) {
  return {.id = "baseline",
          .name = "baseline",
          .max_position_size = policy.max_instrument_exposure,
          .leverage_cap = policy.max_leverage,
          .max_daily_loss = policy.max_daily_loss,
          .max_drawdown = policy.max_drawdown,
          .max_open_positions = policy.max_open_positions,
          .active = true,
          .created_at = at,
          .updated_at = at};
}

}  // namespace rltrader
