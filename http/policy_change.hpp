// Whether new limits let more happen than the old ones: with a tokens file that needs the role admin.
#pragma once

#include "messages/ops.hpp"

namespace rltrader::http {

/// True if any field given allows more than the limit in force: larger sums, more positions, a shorter cooldown.
inline bool loosens(const put_policy& wanted, const risk_policy& now) {
  const auto above = [](const auto& limit, const auto& present) { return limit && *limit > present; };
  return above(wanted.max_total_exposure, now.max_total_exposure) ||
         above(wanted.max_instrument_exposure, now.max_instrument_exposure) ||
         above(wanted.max_open_positions, now.max_open_positions) || above(wanted.max_daily_loss, now.max_daily_loss) ||
         above(wanted.circuit_breaker_loss, now.circuit_breaker_loss) || above(wanted.max_leverage, now.max_leverage) ||
         above(wanted.max_drawdown, now.max_drawdown) ||
         (wanted.cooldown_minutes && *wanted.cooldown_minutes < now.cooldown_minutes);
}

}  // namespace rltrader::http
