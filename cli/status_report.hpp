// What `status` gathers, and the one screen it makes of it: a pure function of answers.
#pragma once

#include "cli/client.hpp"
#include "cli/screen.hpp"

#include <map>
#include <string>
#include <string_view>

namespace rltrader::cli {

/// Parts by name: ready, risk, pairs, alerts, orders_<state>, jobs_<status>, summary, version. Any may be missing or in trouble.
using status_parts = std::map<std::string, outcome, std::less<>>;

/// Alerts and jobs that are asked for at most.
inline constexpr std::size_t listed_most = 1000;
/// States of an order that is not over, as the orders' query takes them; UNKNOWN first.
inline constexpr const char* open_states[] = {"unknown", "partial", "accepted", "sent", "intent"};
/// Statuses of a job that is not done.
inline constexpr const char* waiting_jobs[] = {"failed", "processing", "pending"};

bool is_ready(const status_parts& parts);
void print_status(screen& out, const endpoint& where, const status_parts& parts);
/// All parts as one document, each answer's bytes as they came; a part in trouble is {"problem": "..."}.
std::string status_json(const status_parts& parts);

}  // namespace rltrader::cli
