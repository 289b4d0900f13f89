// From ids to agents.
#include "http/agent_tools.hpp"

namespace rltrader::http {

std::string agent_id_of(const pair_name& pair) {
  std::string out(agent_id_prefix);
  for (const char c : pair_token(pair.text())) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

problem no_agent(const std::string& id, const pair_list& pairs) {
  std::string known(fleet_id);
  for (const auto& p : pairs.pairs) known += ", " + agent_id_of(p.pair);
  return problem_of(failure{errc::not_found, "no agent " + id.substr(0, 80) + "; there are " + known});
}
problem no_run(const std::string& id) { return problem_of(failure{errc::not_found, id + " has no run"}); }

const pair_view* find_agent(const std::string& id, const pair_list& pairs) {
  if (id == fleet_id) {
    const pair_view* last = nullptr;
    for (const auto& p : pairs.pairs)
      if (!p.run.id.empty() && (last == nullptr || p.run.started_at > last->run.started_at)) last = &p;
    return last;
  }
  for (const auto& p : pairs.pairs)
    if (agent_id_of(p.pair) == id) return &p;
  return nullptr;
}

outcome<std::optional<std::string>> pair_of_agent(const std::string& id, const environment& env) {
  if (id == fleet_id) return std::optional<std::string>{};
  if (id.starts_with(agent_id_prefix))
    for (const auto& pair : env.supported)
      if (agent_id_of(pair) == id) return std::optional(pair.text());
  return problem_of(failure{errc::not_found, "no agent " + id.substr(0, 80)});
}

}  // namespace rltrader::http
