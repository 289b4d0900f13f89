// /agents: an agent is a pair's agent, `agent-btcusdt`; `gold-rl-agent` names the fleet, its run is the one last started.
#include "http/agent_tools.hpp"
#include "http/routes.hpp"

#include <array>

namespace rltrader::http {

namespace {

struct agent_row {
  std::string id;
  std::string name;
  std::string status;

  static constexpr auto type_name = "agent_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &agent_row::id, "the agent"}, field{"name", &agent_row::name, "for people"},
             field{"status", &agent_row::status, "running, paused, stopped"});
  }
};

std::string status_text(const pair_view* agent) {
  return std::string(text_of(agent == nullptr || agent->run.id.empty() ? run_status::stopped : agent->run.status));
}

std::vector<agent_row> to_agents(const pair_list& pairs, const exchange&) {
  std::vector<agent_row> out{
      {std::string(fleet_id), "All agents", status_text(find_agent(std::string(fleet_id), pairs))}};
  for (const auto& p : pairs.pairs) out.push_back({agent_id_of(p.pair), p.pair.text() + " agent", status_text(&p)});
  return out;
}

struct agent_detail {
  std::string id;
  std::optional<agent_run> current_run;
  std::optional<agent_version> active_version;
  bool learning_enabled = false;
  bool kill_switch_enabled = false;
  std::string promotion_gate_status;

  static constexpr auto type_name = "agent_detail";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &agent_detail::id, "the agent"},
             field{"currentRun", &agent_detail::current_run, "its run, if one"},
             field{"activeVersion", &agent_detail::active_version, "the policy that decides"},
             field{"learningEnabled", &agent_detail::learning_enabled, "learns online"},
             field{"killSwitchEnabled", &agent_detail::kill_switch_enabled, "no agent orders"},
             field{"promotionGateStatus", &agent_detail::promotion_gate_status, "pass, not_required or unknown"});
  }
};

std::string gate_status(const agent_configuration& configuration, const std::optional<agent_version>& version) {
  if (!configuration.promotion_required) return "not_required";
  return version && version->status == "promoted" ? "pass" : "unknown";
}

void show_agent(const exchange_ptr& x, id_only& which) {
  ask_actor<&directory::pairs, pair_list>(x, ask_health{}, [x, id = which.id](const pair_list& pairs) {
    const auto* agent = find_agent(id, pairs);
    if (agent == nullptr && id != fleet_id) return x->refuse(no_agent(id, pairs));
    agent_detail detail{.id = id, .current_run = {}, .active_version = {}, .promotion_gate_status = {}};
    std::string version_id;
    if (agent != nullptr && !agent->run.id.empty()) {
      detail.current_run = agent->run;
      detail.learning_enabled = agent->run.learning_enabled;
      version_id = agent->run.agent_version_id;
    }
    ask_actor<&directory::risk, configuration_reply>(
        x, ask_configuration{}, [x, detail, version_id](const configuration_reply& now) {
          ask_actor<&directory::reader, version_rows>(
              x, find_versions{}, [x, detail, version_id, now](const version_rows& versions) {
                auto shown = detail;
                shown.kill_switch_enabled = now.configuration.kill_switch;
                for (const auto& version : versions.rows)
                  if (!version_id.empty() && version.id == version_id) shown.active_version = version;
                shown.promotion_gate_status = gate_status(now.configuration, shown.active_version);
                x->answer(to_json_of(shown));
              });
        });
  });
}

struct runs_query {
  std::string id;
  std::optional<run_status> status;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "runs_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &runs_query::id, "the agent", rule{.longest = 200}},
             field{"status", &runs_query::status, "only this status"},
             field{"limit", &runs_query::limit, "rows at most, 50", rule{.least = 1, .most = 1000}});
  }
};

outcome<find_runs> to_find_runs(const runs_query& q, const exchange& x) {
  auto pair = pair_of_agent(q.id, x.env());
  if (auto* wrong = std::get_if<problem>(&pair)) return std::move(*wrong);
  list_request r;
  r.pair = std::get<std::optional<std::string>>(pair);
  if (q.status) r.status = std::string(text_of(*q.status));
  constexpr std::int64_t rows_unsaid = 50;
  r.limit = q.limit.value_or(rows_unsaid);
  return find_runs{std::move(r)};
}
std::vector<agent_run> to_runs(const run_rows& got, const exchange&) { return got.rows; }

outcome<find_versions> to_find_versions(const id_only& which, const exchange& x) {
  auto pair = pair_of_agent(which.id, x.env());
  if (auto* wrong = std::get_if<problem>(&pair)) return std::move(*wrong);
  return find_versions{};
}
std::vector<agent_version> to_versions(const version_rows& got, const exchange&) { return got.rows; }

using enum access;
constexpr std::array agents_table{
    ask_as<no_fields, ask_health, pair_list, std::vector<agent_row>, &directory::pairs, &plain<ask_health, no_fields>,
           &to_agents>(method::get, "/agents", viewers, "List agents"),
    serve<id_only, agent_detail, &show_agent>(method::get, "/agents/{id}", viewers,
                                              "Show an agent with its run and policy"),
    ask_as<runs_query, find_runs, run_rows, std::vector<agent_run>, &directory::reader, &to_find_runs, &to_runs>(
        method::get, "/agents/{id}/runs", viewers, "List its runs, newest first"),
    ask_as<id_only, find_versions, version_rows, std::vector<agent_version>, &directory::reader, &to_find_versions,
           &to_versions>(method::get, "/agents/{id}/versions", viewers, "List policies that may decide"),
};

}  // namespace

std::span<const route> agent_routes() { return agents_table; }

}  // namespace rltrader::http
