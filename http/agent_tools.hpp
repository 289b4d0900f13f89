// What the routes of agents share: an agent's id, and the pair and run behind it.
#pragma once

#include "http/route_tools.hpp"

#include <string>
#include <string_view>

namespace rltrader::http {

/// Names all agents; its run is the one last started.
inline constexpr std::string_view fleet_id = "gold-rl-agent";
inline constexpr std::string_view agent_id_prefix = "agent-";

/// BTC-USDT -> agent-btcusdt.
std::string agent_id_of(const pair_name& pair);
/// 404 that names the agents there are.
problem no_agent(const std::string& id, const pair_list& pairs);
problem no_run(const std::string& id);
/// The agent of an id; for the fleet the one whose run was started last. Null: none.
const pair_view* find_agent(const std::string& id, const pair_list& pairs);
/// The pair of an agent's id, as a filter; none for the fleet. Ids of pairs that run no more are known too.
outcome<std::optional<std::string>> pair_of_agent(const std::string& id, const environment& env);

}  // namespace rltrader::http
