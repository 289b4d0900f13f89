// What an operator can set: one plain struct, filled from the table of settings and read by everything above.
//
// Members hold checked values in the unit that ends their name. Keys, bounds, defaults and sentences are in the table
// (settings_rows_*.cpp); how sources are laid over each other is in load_settings.hpp.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/market.hpp"
#include "domain/money.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace rltrader {

enum class node_environment : unsigned char { development, test, production };
enum class node_role : unsigned char { all_in_one, jobs_only, api_only };
enum class preset_choice : unsigned char { no_preset, reference_preset };
enum class policy_choice : unsigned char { flat_agent, buy_and_hold_agent, ema_trend_agent };
enum class rollout_choice : unsigned char { shadow, canary, full };
enum class log_form : unsigned char { text_lines, json_lines };
enum class log_threshold : unsigned char { trace_and_up, debug_and_up, info_and_up, warn_and_up, errors_only };

constexpr auto words(node_environment) {
  return std::array{word{node_environment::development, "development"}, word{node_environment::test, "test"},
                    word{node_environment::production, "production"}};
}
constexpr auto words(node_role) {
  return std::array{word{node_role::all_in_one, "all"}, word{node_role::jobs_only, "jobs"},
                    word{node_role::api_only, "api"}};
}
constexpr auto words(preset_choice) {
  return std::array{word{preset_choice::no_preset, "none"}, word{preset_choice::reference_preset, "reference"}};
}
constexpr auto words(policy_choice) {
  return std::array{word{policy_choice::flat_agent, "flat"}, word{policy_choice::buy_and_hold_agent, "buy_and_hold"},
                    word{policy_choice::ema_trend_agent, "ema_trend"}};
}
constexpr auto words(rollout_choice) {
  return std::array{word{rollout_choice::shadow, "shadow"}, word{rollout_choice::canary, "canary"},
                    word{rollout_choice::full, "full"}};
}
constexpr auto words(log_form) {
  return std::array{word{log_form::text_lines, "text"}, word{log_form::json_lines, "json"}};
}
constexpr auto words(log_threshold) {
  return std::array{word{log_threshold::trace_and_up, "trace"}, word{log_threshold::debug_and_up, "debug"},
                    word{log_threshold::info_and_up, "info"}, word{log_threshold::warn_and_up, "warn"},
                    word{log_threshold::errors_only, "error"}};
}

struct settings {
  // The daemon.
  node_environment environment{};
  node_role role{};
  preset_choice preset{};
  std::string config_file;
  std::string data_dir;
  bool test_data_disabled{};
  bool e2e_run{};
  bool live_simulation_allowed{};
  std::int64_t shutdown_timeout_sec{};
  log_form log_format{};
  log_threshold log_level{};
  std::string log_file;  ///< empty: stderr

  // HTTP.
  std::int64_t http_port{};  ///< 0: any free one
  std::string http_bind;
  std::string api_token;
  std::string api_tokens_file;
  std::string cors_origin;
  std::int64_t request_timeout_ms{};

  // Stores.
  std::string timescale_url;
  bool timescale_ops{};
  bool timescale_market{};
  std::string timescale_schema;
  std::int64_t timescale_pool_max{};
  std::string convex_url;
  std::string convex_deploy_key;
  std::string convex_deployment;
  std::string artifact_dir;

  // The exchange.
  std::string bingx_api_key;
  std::string bingx_secret_key;
  std::string bingx_base_url;
  std::string bingx_ws_url;
  std::int64_t bingx_recv_window_ms{};
  bool bingx_ws_enabled{};
  std::int64_t bingx_ws_depth_level{};
  std::int64_t bingx_ws_reconnect_min_ms{};
  std::int64_t bingx_ws_reconnect_max_ms{};
  std::int64_t bingx_ws_subscribe_batch{};

  // Market data.
  std::vector<pair_name> gold_pairs;
  std::vector<pair_name> crypto_pairs;
  std::vector<pair_name> market_pairs;  ///< ingested; unset means all supported ones
  std::vector<interval> market_intervals;
  std::int64_t market_poll_min{};
  bool market_backfill{};
  bool market_mock{};
  std::int64_t gap_monitor_min{};
  std::int64_t gap_lookback_days{};
  std::int64_t gap_missing_points_min{};
  bool gap_heal_enabled{};
  std::int64_t gap_heal_cooldown_min{};
  std::int64_t gap_heal_attempts_max{};
  std::int64_t gap_heal_gaps_per_run_max{};

  // Jobs and alerts.
  std::int64_t reconcile_interval_min{};
  std::int64_t retry_sweep_sec{};
  std::int64_t ingest_backoff_base_sec{};
  std::int64_t ingest_backoff_max_sec{};
  std::int64_t decision_latency_slo_ms{};
  std::int64_t ingestion_lag_slo_sec{};
  std::int64_t slippage_slo_bps{};
  double drift_confidence_baseline{};
  double drift_confidence_delta{};
  std::string alert_webhook_url;
  std::string alert_telegram_chat_id;

  // Trading on paper, demo and replay.
  policy_choice policy{};
  money starting_balance;
  rate position_fraction_max;         ///< of equity, one instrument
  std::int64_t order_validity_sec{};  ///< market time
  std::int64_t seed{};
  std::int64_t time_scale{};
  std::int64_t demo_history_days{};
  interval demo_interval{};
  rate paper_leverage_max;             ///< total exposure / equity
  rate paper_instrument_fraction_max;  ///< exposure of one instrument / starting balance
  rate paper_total_fraction_max;       ///< total exposure / starting balance
  std::int64_t paper_open_positions_max{};
  rate paper_daily_loss_fraction;  ///< REDUCING above it
  rate paper_hard_loss_fraction;   ///< HALTED above it
  rate paper_drawdown_max;         ///< REDUCING above it
  std::int64_t paper_cooldown_min{};
  rate liquidation_buffer_bps_min;

  // Gates on data and models.
  bool provenance_enforced{};
  double feature_zscore_max{};
  std::int64_t feature_missing_critical_max{};
  std::int64_t feature_freshness_sec_max{};

  // Learning.
  bool learning_enabled{};
  std::vector<pair_name> learning_pairs;  ///< one actor each; in the spelling of the supported pairs
  pair_name learning_pair;                ///< stands alone when no list is given
  interval learning_interval{};
  std::vector<interval> learning_contexts;
  std::int64_t learning_cycle_min{};
  std::int64_t train_window_min{};
  std::int64_t eval_window_min{};
  std::int64_t eval_lag_min{};
  std::int64_t window_size_bars{};
  std::int64_t stride_bars{};
  std::int64_t timesteps{};
  double decision_threshold{};
  bool auto_roll_forward{};
  double gate_win_rate_min{};
  money gate_net_pnl_min;
  double gate_drawdown_max{};
  std::int64_t gate_trades_min{};
  double gate_win_rate_delta_min{};
  money gate_net_pnl_delta_min;
  double gate_drawdown_delta_max{};
  std::int64_t gate_trades_delta_min{};
  double gate_effect_size_min{};
  double gate_confidence_z_min{};
  std::int64_t gate_samples_min{};
  rollout_choice rollout_mode{};
  std::int64_t canary_trades_min{};
  double canary_drawdown_max{};
  rate canary_fraction;
  double ppo_leverage{};
  rate ppo_taker_fee_bps;
  rate ppo_slippage_bps;
  double ppo_funding_weight{};
  double ppo_drawdown_penalty{};

  // Sources of ideas.
  std::string tradingview_profile_url;
  std::int64_t tradingview_sync_min{};
  bool tradingview_use_html{};
  std::string tradingview_html_path;
  std::int64_t ingest_content_length_min{};
  std::string telegram_bot_token;
  std::vector<std::string> telegram_chat_ids;
  std::string telegram_api_base;
  std::int64_t telegram_ingest_min{};
  std::string telegram_messages_path;
};

}  // namespace rltrader
