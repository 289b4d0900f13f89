// All areas in one table. A route is a row in the file of its area; nothing else has to be told about it.
#include "http/routes.hpp"

#include <array>

namespace rltrader::http {

std::vector<route> all_routes() {
  const std::array areas{health_routes(),    // /health, /metrics, /version, /openapi.json, /docs
                         trading_routes(),   // /ops/trading: reconcile, limits, breaker, flatten, figures
                         ops_routes(),       // /ops: alerts, queue, audit, positions, pairs, decisions, orders, why
                         agent_routes(),     // /agents: who they are, their runs and policies
                         run_routes(),       // /agents/{id}: start, pause, resume, stop, configure
                         decision_routes(),  // /agents/{id}/runs/{run}/decisions: on a posted market
                         configuration_routes(),  // /agent and /risk-limits: what agents may do
                         trade_routes(),          // /trades: round trips, by hand too
                         market_routes()};        // /bingx/market-data: candles, pairs, freshness
  std::vector<route> out;
  for (const auto area : areas) out.insert(out.end(), area.begin(), area.end());
  return out;
}

}  // namespace rltrader::http
