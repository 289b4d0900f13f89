// The table of routes: one span an area. This page and routes.cpp say what the daemon offers.
#pragma once

#include "http/route.hpp"

#include <span>
#include <vector>

namespace rltrader::http {

std::span<const route> health_routes();
std::span<const route> trading_routes();
std::span<const route> ops_routes();
std::span<const route> agent_routes();
std::span<const route> run_routes();
std::span<const route> decision_routes();
std::span<const route> configuration_routes();
std::span<const route> trade_routes();
std::span<const route> market_routes();

/// All of them, in this order.
std::vector<route> all_routes();

}  // namespace rltrader::http
