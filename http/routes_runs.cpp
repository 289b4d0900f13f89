// /agents/{id}: starting, pausing, resuming, ending and configuring an agent's run.
#include "http/agent_tools.hpp"
#include "http/routes.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

void send_command(const exchange_ptr& x, run_command command) {
  ask_actor<&directory::pairs, agent_run>(x, std::move(command),
                                          [x](const agent_run& run) { x->answer(to_json_of(run)); });
}

struct start_body {
  std::string id;
  trading_mode mode{};
  std::string pair;
  std::string risk_limit_set_id;
  std::optional<bool> learning_enabled;
  std::optional<int> learning_window_minutes;
  std::optional<std::string> dataset_version_id;
  std::optional<std::string> feature_set_version_id;
  std::optional<disposition> on_position;
  std::optional<pause_policy> on_pause;

  static constexpr auto type_name = "start_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &start_body::id, "the agent", rule{.longest = 200}},
        field{"mode", &start_body::mode, "paper or live"},
        field{"pair", &start_body::pair, "the pair", rule{.longest = 128}},
        field{"riskLimitSetId", &start_body::risk_limit_set_id, "limits beside the account's", rule{.longest = 128}},
        field{"learningEnabled", &start_body::learning_enabled, "learns online"},
        field{"learningWindowMinutes", &start_body::learning_window_minutes, "minutes of data a cycle learns from",
              rule{.least = 1, .most = 5'256'000}},
        field{"datasetVersionId", &start_body::dataset_version_id, "provenance", rule{.longest = 128}},
        field{"featureSetVersionId", &start_body::feature_set_version_id, "provenance", rule{.longest = 128}},
        field{"on_position", &start_body::on_position, "of a position that is held already: adopt or flatten"},
        field{"on_pause", &start_body::on_pause, "of a position while paused: hold, reduce, flatten"});
  }
};

/// What the fleet's configuration and the limit sets say to a start.
std::optional<problem> refused_start(const start_body& body, const pair_name& pair, const configuration_reply& now) {
  const auto& sets = now.limit_sets;
  if (std::none_of(sets.begin(), sets.end(),
                   [&](const auto& set) { return set.id == body.risk_limit_set_id && set.active; })) {
    std::string known;
    for (const auto& set : sets)
      if (set.active) known += (known.empty() ? "" : ", ") + set.id;
    return field_problem("riskLimitSetId", "must be one of " + known, body.risk_limit_set_id.substr(0, 80));
  }
  const auto& allowed = now.configuration.allowed_instruments;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), pair.text()) == allowed.end()) {
    std::string known;
    for (const auto& a : allowed) known += (known.empty() ? "" : ", ") + a;
    return problem{.status = 422,
                   .code = "pair_not_allowed",
                   .detail = pair.text() + " is not in allowed_instruments: " + known,
                   .details = {},
                   .headers = {}};
  }
  return std::nullopt;
}

void start(const exchange_ptr& x, start_body& body) {
  auto resolved_pair = resolved("pair", body.pair, x->env());
  if (auto* wrong = std::get_if<problem>(&resolved_pair)) return x->refuse(*wrong);
  const auto pair = std::get<pair_name>(resolved_pair);
  if (body.id != fleet_id && !body.id.starts_with(agent_id_prefix))
    return x->refuse(problem_of(failure{errc::not_found, "no agent " + body.id.substr(0, 80) + "; agents are " +
                                                             std::string(fleet_id) + " and " + agent_id_of(pair)}));
  if (body.id != fleet_id && body.id != agent_id_of(pair))
    return x->refuse(
        field_problem("pair", "must be the pair of " + body.id.substr(0, 80) + ", or the agent " + agent_id_of(pair),
                      body.pair.substr(0, 80)));
  if (body.mode == trading_mode::live)
    return x->refuse({.status = 422,
                      .code = "live_not_offered",
                      .detail = "live trading is not in this version; start with mode paper",
                      .details = {},
                      .headers = {}});
  ask_actor<&directory::risk, configuration_reply>(
      x, ask_configuration{}, [x, body, pair](const configuration_reply& now) {
        if (auto wrong = refused_start(body, pair, now)) return x->refuse(*wrong);
        send_command(x, {.pair = pair,
                         .verb = run_verb::start,
                         .mode = body.mode,
                         .on_position = body.on_position.value_or(disposition::unsaid),
                         .on_pause = body.on_pause.value_or(pause_policy::hold),
                         .risk_limit_set_id = body.risk_limit_set_id,
                         .learning_enabled = body.learning_enabled,
                         .learning_window_minutes = body.learning_window_minutes,
                         .reason = "started",
                         .who = x->who()});
      });
}

struct run_change_body {
  std::string id;
  std::optional<std::string> reason;
  std::optional<disposition> on_position;
  std::optional<pause_policy> on_pause;

  static constexpr auto type_name = "run_change_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &run_change_body::id, "the agent", rule{.longest = 200}},
             field{"reason", &run_change_body::reason, "why, for the record", rule{.longest = 500}},
             field{"on_position", &run_change_body::on_position, "of what is held, when stopping: adopt or flatten"},
             field{"on_pause", &run_change_body::on_pause, "of what is held, while paused: hold, reduce, flatten"});
  }
};

/// The command for an agent's present run, with what it does not change as it is.
run_command command_for(const pair_view& agent, run_verb verb, std::string reason, std::string who) {
  return {.pair = agent.pair,
          .verb = verb,
          .mode = agent.run.mode,
          .on_position = {},
          .on_pause = agent.run.on_pause,
          .risk_limit_set_id = agent.run.risk_limit_set_id,
          .learning_enabled = {},
          .learning_window_minutes = {},
          .reason = std::move(reason),
          .who = std::move(who)};
}

/// Finds the agent and its run, or answers 404.
template <class Then>
void with_run(const exchange_ptr& x, const std::string& id, Then then) {
  ask_actor<&directory::pairs, pair_list>(x, ask_health{}, [x, id, then](const pair_list& pairs) {
    const auto* agent = find_agent(id, pairs);
    if (agent == nullptr) return x->refuse(id == fleet_id ? no_run(id) : no_agent(id, pairs));
    if (agent->run.id.empty()) return x->refuse(no_run(id));
    then(*agent);
  });
}

template <run_verb Verb>
void change_run(const exchange_ptr& x, run_change_body& body) {
  with_run(x, body.id, [x, body](const pair_view& agent) {
    auto command = command_for(agent, Verb, body.reason.value_or("asked by " + x->who()), x->who());
    if (body.on_position) command.on_position = *body.on_position;
    if (body.on_pause) command.on_pause = *body.on_pause;
    send_command(x, std::move(command));
  });
}

struct run_settings_body {
  std::string id;
  std::optional<bool> learning_enabled;
  std::optional<int> learning_window_minutes;
  std::optional<std::string> risk_limit_set_id;

  static constexpr auto type_name = "run_settings_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &run_settings_body::id, "the agent", rule{.longest = 200}},
             field{"learningEnabled", &run_settings_body::learning_enabled, "learns online"},
             field{"learningWindowMinutes", &run_settings_body::learning_window_minutes,
                   "minutes of data a cycle learns from", rule{.least = 1, .most = 5'256'000}},
             field{"riskLimitSetId", &run_settings_body::risk_limit_set_id, "limits beside the account's",
                   rule{.longest = 128}});
  }
};

void configure_run(const exchange_ptr& x, run_settings_body& body) {
  ask_actor<&directory::risk, configuration_reply>(x, ask_configuration{}, [x, body](const configuration_reply& now) {
    const auto& sets = now.limit_sets;
    const auto known = [&](const std::string& id) {
      return std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set.id == id && set.active; });
    };
    if (body.risk_limit_set_id && !known(*body.risk_limit_set_id))
      return x->refuse(
          field_problem("riskLimitSetId", "must be the id of a limit set in use", *body.risk_limit_set_id));
    with_run(x, body.id, [x, body](const pair_view& agent) {
      auto command = command_for(agent, run_verb::configure, "configured", x->who());
      command.learning_enabled = body.learning_enabled;
      command.learning_window_minutes = body.learning_window_minutes;
      if (body.risk_limit_set_id) command.risk_limit_set_id = *body.risk_limit_set_id;
      send_command(x, std::move(command));
    });
  });
}

using enum access;
constexpr std::array runs_table{
    serve<start_body, agent_run, &start>(method::post, "/agents/{id}/start", operators, "Start a run on a pair")
        .within(seconds{5}),
    serve<run_change_body, agent_run, &change_run<run_verb::pause>>(method::post, "/agents/{id}/pause", operators,
                                                                    "Pause its run"),
    serve<run_change_body, agent_run, &change_run<run_verb::resume>>(method::post, "/agents/{id}/resume", operators,
                                                                     "Resume its run"),
    serve<run_change_body, agent_run, &change_run<run_verb::stop>>(method::post, "/agents/{id}/stop", operators,
                                                                   "End its run"),
    serve<run_settings_body, agent_run, &configure_run>(method::patch, "/agents/{id}/config", operators,
                                                        "Change learning and limits of its run"),
};

}  // namespace

std::span<const route> run_routes() { return runs_table; }

}  // namespace rltrader::http
