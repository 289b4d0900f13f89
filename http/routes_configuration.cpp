// /agent and /risk-limits: what the fleet of agents may do, and the limits of runs.
//
// Rows are changed by reading the whole row, laying the given fields over it and handing it to risk, which keeps it.
#include "http/route_tools.hpp"
#include "http/routes.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

// ---- the fleet ------------------------------------------------------------------------------------------------------

struct configuration_body {
  std::optional<bool> enabled;
  std::optional<trading_mode> mode;
  std::optional<money> max_position_size;
  std::optional<money> daily_loss_limit;
  std::optional<std::vector<std::string>> allowed_instruments;
  std::optional<bool> kill_switch;
  std::optional<std::string> kill_switch_reason;
  std::optional<double> min_confidence_score;
  std::optional<std::vector<std::string>> allowed_source_ids;
  std::optional<bool> promotion_required;
  std::optional<int> promotion_min_trades;
  std::optional<double> promotion_min_win_rate;
  std::optional<double> promotion_min_net_pnl;
  std::optional<double> promotion_max_drawdown;

  static constexpr auto type_name = "configuration_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    using body = configuration_body;
    return f(
        field{"enabled", &body::enabled, "agents may trade"}, field{"mode", &body::mode, "paper or live"},
        field{"max_position_size", &body::max_position_size, "USDT notional; 0: no such limit", rule{.least = 0}},
        field{"daily_loss_limit", &body::daily_loss_limit, "USDT; 0: no such limit", rule{.least = 0}},
        field{"allowed_instruments", &body::allowed_instruments, "empty: all on paper, none live",
              rule{.longest = 1000}},
        field{"kill_switch", &body::kill_switch, "no agent orders"},
        field{"kill_switch_reason", &body::kill_switch_reason, "why", rule{.longest = 500}},
        field{"min_confidence_score", &body::min_confidence_score, "below it: hold", rule{.least = 0, .most = 1}},
        field{"allowed_source_ids", &body::allowed_source_ids, "empty: all", rule{.longest = 1000}},
        field{"promotion_required", &body::promotion_required, "only promoted versions trade live"},
        field{"promotion_min_trades", &body::promotion_min_trades, "gate", rule{.least = 0}},
        field{"promotion_min_win_rate", &body::promotion_min_win_rate, "gate", rule{.least = 0, .most = 1}},
        field{"promotion_min_net_pnl", &body::promotion_min_net_pnl, "gate, USDT", rule{.least = -1e9, .most = 1e9}},
        field{"promotion_max_drawdown", &body::promotion_max_drawdown, "gate", rule{.least = 0, .most = 1}});
  }
};

template <class T>
void lay_over(T& present, const std::optional<T>& given) {
  if (given) present = *given;
}

agent_configuration laid_over(agent_configuration row, const configuration_body& b) {
  lay_over(row.enabled, b.enabled);
  lay_over(row.mode, b.mode);
  lay_over(row.max_position_size, b.max_position_size);
  lay_over(row.daily_loss_limit, b.daily_loss_limit);
  lay_over(row.allowed_instruments, b.allowed_instruments);
  lay_over(row.kill_switch, b.kill_switch);
  lay_over(row.kill_switch_reason, b.kill_switch_reason);
  lay_over(row.min_confidence_score, b.min_confidence_score);
  lay_over(row.allowed_source_ids, b.allowed_source_ids);
  lay_over(row.promotion_required, b.promotion_required);
  lay_over(row.promotion_min_trades, b.promotion_min_trades);
  lay_over(row.promotion_min_win_rate, b.promotion_min_win_rate);
  lay_over(row.promotion_min_net_pnl, b.promotion_min_net_pnl);
  lay_over(row.promotion_max_drawdown, b.promotion_max_drawdown);
  return row;
}

/// Reads the row, lays the fields over it, hands it to risk.
void change_fleet(const exchange_ptr& x, const configuration_body& given) {
  ask_actor<&directory::risk, configuration_reply>(x, ask_configuration{}, [x, given](const configuration_reply& now) {
    ask_actor<&directory::risk, agent_configuration>(
        x, change_configuration{.wanted = laid_over(now.configuration, given), .who = x->who()},
        [x](const agent_configuration& row) { x->answer(to_json_of(row)); });
  });
}

void put_fleet(const exchange_ptr& x, configuration_body& body) {
  if (body.allowed_instruments) {
    auto pairs = resolved_all("allowed_instruments", body.allowed_instruments, x->env());
    if (auto* wrong = std::get_if<problem>(&pairs)) return x->refuse(*wrong);
    body.allowed_instruments = std::get<std::vector<std::string>>(pairs);
  }
  change_fleet(x, body);
}
void enable(const exchange_ptr& x, no_fields&) {
  configuration_body body;
  body.enabled = true;
  change_fleet(x, body);
}
void disable(const exchange_ptr& x, no_fields&) {
  configuration_body body;
  body.enabled = false;
  change_fleet(x, body);
}
agent_configuration to_fleet(const configuration_reply& got, const exchange&) { return got.configuration; }

// ---- limit sets -----------------------------------------------------------------------------------------------------

struct limits_query {
  std::optional<bool> active;

  static constexpr auto type_name = "limits_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"active", &limits_query::active, "true: only those in use"});
  }
};
/// All fields; what a new set needs is checked by the row that makes one.
struct limits_body {
  std::optional<std::string> id;
  std::optional<std::string> name;
  std::optional<money> max_position_size;
  std::optional<rate> leverage_cap;
  std::optional<money> max_daily_loss;
  std::optional<rate> max_drawdown;
  std::optional<int> max_open_positions;

  static constexpr auto type_name = "limits_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &limits_body::id, "the set", rule{.longest = 128}},
        field{"name", &limits_body::name, "for people", rule{.longest = 100}},
        field{"maxPositionSize", &limits_body::max_position_size, "USDT notional of one position", rule{.least = 0}},
        field{"leverageCap", &limits_body::leverage_cap, "total exposure / equity", rule{.least = 0, .most = 125}},
        field{"maxDailyLoss", &limits_body::max_daily_loss, "USDT", rule{.least = 0}},
        field{"maxDrawdown", &limits_body::max_drawdown, "fraction", rule{.least = 0, .most = 1}},
        field{"maxOpenPositions", &limits_body::max_open_positions, "pairs", rule{.least = 0, .most = 1000}});
  }
};
struct new_limits_body {
  std::string name;
  money max_position_size;
  rate leverage_cap;
  money max_daily_loss;
  rate max_drawdown;
  int max_open_positions = 0;

  static constexpr auto type_name = "new_limits_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"name", &new_limits_body::name, "for people", rule{.longest = 100}},
        field{"maxPositionSize", &new_limits_body::max_position_size, "USDT notional of one position",
              rule{.least = 0}},
        field{"leverageCap", &new_limits_body::leverage_cap, "total exposure / equity", rule{.least = 0, .most = 125}},
        field{"maxDailyLoss", &new_limits_body::max_daily_loss, "USDT", rule{.least = 0}},
        field{"maxDrawdown", &new_limits_body::max_drawdown, "fraction", rule{.least = 0, .most = 1}},
        field{"maxOpenPositions", &new_limits_body::max_open_positions, "pairs", rule{.least = 0, .most = 1000}});
  }
};

void list_limits(const exchange_ptr& x, limits_query& q) {
  ask_actor<&directory::risk, configuration_reply>(x, ask_configuration{},
                                                   [x, active = q.active](const configuration_reply& got) {
                                                     std::vector<risk_limit_set> rows;
                                                     for (const auto& set : got.limit_sets)
                                                       if (!active.value_or(false) || set.active) rows.push_back(set);
                                                     x->answer(to_json_of(rows));
                                                   });
}

outcome<change_limit_set> to_new_limits(const new_limits_body& b, const exchange& x) {
  if (auto wrong = check_said("name", b.name)) return std::move(*wrong);
  risk_limit_set set;
  set.name = b.name;
  set.max_position_size = b.max_position_size;
  set.leverage_cap = b.leverage_cap;
  set.max_daily_loss = b.max_daily_loss;
  set.max_drawdown = b.max_drawdown;
  set.max_open_positions = b.max_open_positions;
  return change_limit_set{.wanted = std::move(set), .create = true, .who = x.who()};
}

void patch_limits(const exchange_ptr& x, limits_body& body) {
  if (body.name)
    if (auto wrong = check_said("name", *body.name)) return x->refuse(*wrong);
  ask_actor<&directory::risk, configuration_reply>(x, ask_configuration{}, [x, body](const configuration_reply& now) {
    const auto found =
        std::find_if(now.limit_sets.begin(), now.limit_sets.end(), [&](const auto& set) { return set.id == body.id; });
    if (found == now.limit_sets.end())
      return x->refuse(problem_of(failure{errc::not_found, "no risk limit set " + body.id.value_or("")}));
    auto set = *found;
    lay_over(set.name, body.name);
    lay_over(set.max_position_size, body.max_position_size);
    lay_over(set.leverage_cap, body.leverage_cap);
    lay_over(set.max_daily_loss, body.max_daily_loss);
    lay_over(set.max_drawdown, body.max_drawdown);
    lay_over(set.max_open_positions, body.max_open_positions);
    ask_actor<&directory::risk, risk_limit_set>(
        x, change_limit_set{.wanted = std::move(set), .create = false, .who = x->who()},
        [x](const risk_limit_set& row) { x->answer(to_json_of(row)); });
  });
}

using enum access;
constexpr std::array configuration_table{
    ask_as<no_fields, ask_configuration, configuration_reply, agent_configuration, &directory::risk,
           &plain<ask_configuration, no_fields>, &to_fleet>(method::get, "/agent/config", viewers,
                                                            "Show the fleet's configuration"),
    serve<configuration_body, agent_configuration, &put_fleet>(
        method::put, "/agent/config", operators, "Change the fleet's configuration; fields not given stay"),
    serve<no_fields, agent_configuration, &enable>(method::post, "/agent/enable", operators, "Let agents trade"),
    serve<no_fields, agent_configuration, &disable>(method::post, "/agent/disable", operators, "Let no agent trade"),
    serve<limits_query, std::vector<risk_limit_set>, &list_limits>(method::get, "/risk-limits", viewers,
                                                                   "List limit sets"),
    ask_as<new_limits_body, change_limit_set, risk_limit_set, risk_limit_set, &directory::risk, &to_new_limits,
           &same<risk_limit_set>>(method::post, "/risk-limits", operators, "Make a limit set")
        .succeeds_with(201),
    serve<limits_body, risk_limit_set, &patch_limits>(method::patch, "/risk-limits/{id}", operators,
                                                      "Change a limit set; fields not given stay"),
};

}  // namespace

std::span<const route> configuration_routes() { return configuration_table; }

}  // namespace rltrader::http
