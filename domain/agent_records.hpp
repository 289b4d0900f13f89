// Rows of agents: runs, the fleet's configuration, policies that may decide.
#pragma once

#include "domain/order.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

enum class run_status : unsigned char { running, paused, stopped };
constexpr auto words(run_status) {
  return std::array{word{run_status::running, "running"}, word{run_status::paused, "paused"},
                    word{run_status::stopped, "stopped"}};
}

/// What becomes of a held position while its run is paused (risk.md, agents and positions).
enum class pause_policy : unsigned char { hold, reduce, flatten };
constexpr auto words(pause_policy) {
  return std::array{word{pause_policy::hold, "hold"}, word{pause_policy::reduce, "reduce"},
                    word{pause_policy::flatten, "flatten"}};
}

/// Why a run is paused. Data and volatility end by themselves after three clean bars; the others latch.
enum class pause_reason : unsigned char {
  none,
  data,
  volatility,
  risk,
  operator_asked,
  kill_switch,
  provenance,
  out_of_distribution
};
constexpr auto words(pause_reason) {
  return std::array{word{pause_reason::none, "none"},
                    word{pause_reason::data, "data"},
                    word{pause_reason::volatility, "volatility"},
                    word{pause_reason::risk, "risk"},
                    word{pause_reason::operator_asked, "operator"},
                    word{pause_reason::kill_switch, "kill_switch"},
                    word{pause_reason::provenance, "provenance"},
                    word{pause_reason::out_of_distribution, "out_of_distribution"}};
}

/// One run of an agent on a pair. Table agent_runs.
struct agent_run {
  run_id id;
  pair_name pair;
  trading_mode mode{};
  run_status status{};
  rltrader::pause_reason pause_reason{};
  pause_policy on_pause = pause_policy::hold;
  bool learning_enabled = false;
  int learning_window_minutes = 0;
  std::string agent_version_id;
  std::string risk_limit_set_id;
  std::string dataset_version_id;
  std::string feature_set_version_id;
  instant started_at{};
  std::optional<instant> stopped_at;
  int clean_bars = 0;  ///< bars without a fault since an ending pause began

  static constexpr auto type_name = "agent_run";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &agent_run::id, "the run"}, field{"pair", &agent_run::pair, "the pair"},
        field{"mode", &agent_run::mode, "paper or live"},
        field{"status", &agent_run::status, "running, paused or stopped"},
        field{"pause_reason", &agent_run::pause_reason, "why it is paused"},
        field{"on_pause", &agent_run::on_pause, "what becomes of a position meanwhile"},
        field{"learning_enabled", &agent_run::learning_enabled, "learns online"},
        field{"learning_window_minutes", &agent_run::learning_window_minutes, "minutes of data a cycle learns from"},
        field{"agent_version_id", &agent_run::agent_version_id, "the policy that decides"},
        field{"risk_limit_set_id", &agent_run::risk_limit_set_id, "the limits that apply beside the account's"},
        field{"dataset_version_id", &agent_run::dataset_version_id, "provenance"},
        field{"feature_set_version_id", &agent_run::feature_set_version_id, "provenance"},
        field{"started_at", &agent_run::started_at, "market time"},
        field{"stopped_at", &agent_run::stopped_at, "market time, once stopped"},
        field{"clean_bars", &agent_run::clean_bars, "bars without a fault during a pause"});
  }
};

/// The fleet's configuration. Table agent_configurations, one row.
struct agent_configuration {
  std::string id = "default";
  bool enabled = true;
  trading_mode mode{};
  money max_position_size;
  money daily_loss_limit;
  std::vector<std::string> allowed_instruments;  ///< empty: all on paper, none live
  bool kill_switch = false;
  std::string kill_switch_reason;
  double min_confidence_score = 0;
  std::vector<std::string> allowed_source_ids;
  bool promotion_required = true;
  int promotion_min_trades = 0;
  double promotion_min_win_rate = 0;
  double promotion_min_net_pnl = 0;
  double promotion_max_drawdown = 0;
  instant updated_at{};

  static constexpr auto type_name = "agent_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &agent_configuration::id, "the row"},
        field{"enabled", &agent_configuration::enabled, "agents may trade"},
        field{"mode", &agent_configuration::mode, "paper or live"},
        field{"max_position_size", &agent_configuration::max_position_size, "USDT notional; 0: no such limit",
              rule{.least = 0}},
        field{"daily_loss_limit", &agent_configuration::daily_loss_limit, "USDT; 0: no such limit", rule{.least = 0}},
        field{"allowed_instruments", &agent_configuration::allowed_instruments, "empty: all on paper, none live"},
        field{"kill_switch", &agent_configuration::kill_switch, "no agent orders"},
        field{"kill_switch_reason", &agent_configuration::kill_switch_reason, "why"},
        field{"min_confidence_score", &agent_configuration::min_confidence_score, "below it: hold",
              rule{.least = 0, .most = 1}},
        field{"allowed_source_ids", &agent_configuration::allowed_source_ids, "empty: all"},
        field{"promotion_required", &agent_configuration::promotion_required, "only promoted versions trade live"},
        field{"promotion_min_trades", &agent_configuration::promotion_min_trades, "gate", rule{.least = 0}},
        field{"promotion_min_win_rate", &agent_configuration::promotion_min_win_rate, "gate",
              rule{.least = 0, .most = 1}},
        field{"promotion_min_net_pnl", &agent_configuration::promotion_min_net_pnl, "gate, USDT"},
        field{"promotion_max_drawdown", &agent_configuration::promotion_max_drawdown, "gate",
              rule{.least = 0, .most = 1}},
        field{"updated_at", &agent_configuration::updated_at, "market time"});
  }
};

/// A policy that may decide. Table agent_versions.
struct agent_version {
  std::string id;
  std::string name;
  std::string status;  ///< draft, evaluating, promoted, retired
  std::string pair;    ///< empty: any pair
  std::optional<instant> training_window_start;
  std::optional<instant> training_window_end;
  std::string algorithm_label;
  std::string hyperparameter_summary;
  std::string artifact_uri;
  std::string artifact_checksum;
  std::int64_t artifact_size_bytes = 0;
  std::string dataset_version_id;
  std::string dataset_hash;
  std::string feature_set_version_id;
  std::optional<instant> promoted_at;
  instant created_at{};

  static constexpr auto type_name = "agent_version";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &agent_version::id, "the version"}, field{"name", &agent_version::name, "for people"},
             field{"status", &agent_version::status, "draft, evaluating, promoted, retired"},
             field{"pair", &agent_version::pair, "empty: any"},
             field{"training_window_start", &agent_version::training_window_start, "of its data"},
             field{"training_window_end", &agent_version::training_window_end, "of its data"},
             field{"algorithm_label", &agent_version::algorithm_label, "what it is"},
             field{"hyperparameter_summary", &agent_version::hyperparameter_summary, "how it was made"},
             field{"artifact_uri", &agent_version::artifact_uri, "where its bytes are"},
             field{"artifact_checksum", &agent_version::artifact_checksum, "SHA-256, hex"},
             field{"artifact_size_bytes", &agent_version::artifact_size_bytes, "bytes"},
             field{"dataset_version_id", &agent_version::dataset_version_id, "provenance"},
             field{"dataset_hash", &agent_version::dataset_hash, "provenance"},
             field{"feature_set_version_id", &agent_version::feature_set_version_id, "provenance"},
             field{"promoted_at", &agent_version::promoted_at, "since when it decides"},
             field{"created_at", &agent_version::created_at, "market time"});
  }
};

}  // namespace rltrader
