// From settings to terms.
#include "runtime/terms.hpp"

#include "actors/log.hpp"

#include <algorithm>

namespace rltrader {

risk_policy paper_policy(const settings& values) {
  const auto share = [&](rate fraction) { return part_of(values.starting_balance, fraction); };
  risk_policy p;
  p.id = "policy-paper";
  p.name = "paper";
  p.max_total_exposure = share(values.paper_total_fraction_max);
  p.max_instrument_exposure = share(values.paper_instrument_fraction_max);
  p.max_open_positions = static_cast<int>(values.paper_open_positions_max);
  p.max_daily_loss = share(values.paper_daily_loss_fraction);
  p.circuit_breaker_loss = share(values.paper_hard_loss_fraction);
  p.cooldown_minutes = static_cast<int>(values.paper_cooldown_min);
  p.max_leverage = values.paper_leverage_max;
  p.max_drawdown = values.paper_drawdown_max;
  return p;
}

desk_terms paper_terms(const settings& values, double time_scale) {
  const auto real = [&](double seconds_on_the_wall) {
    return milliseconds{static_cast<std::int64_t>(seconds_on_the_wall * time_scale * 1000)};
  };
  desk_terms t;
  t.mode = trading_mode::paper;
  t.pairs = values.learning_pairs;
  t.supported = supported_pairs(values);
  t.primary = values.learning_interval;
  t.contexts = values.learning_contexts;
  t.policy = std::string(text_of(values.policy));
  t.starting_balance = values.starting_balance;
  t.largest_position = values.position_fraction_max;
  t.first_policy = paper_policy(values);
  t.order_validity = std::max<milliseconds>(seconds{values.order_validity_sec}, real(2));
  t.mark_fresh_for = std::max<milliseconds>(seconds{10}, real(2));
  t.feed_fresh_for = std::max<milliseconds>(seconds{values.feature_freshness_sec_max}, real(2));
  t.reconcile_every = minutes{values.reconcile_interval_min};
  t.sweep_every = std::max<milliseconds>(seconds{values.retry_sweep_sec}, real(0.25));
  t.job_waits = {.base = seconds{values.ingest_backoff_base_sec}, .most = seconds{values.ingest_backoff_max_sec}};
  t.ood_limit = values.feature_zscore_max;
  t.missing_critical_most = static_cast<int>(values.feature_missing_critical_max);
  t.latency_slo_ms = static_cast<double>(values.decision_latency_slo_ms);
  t.ingest_lag_slo_sec = std::max(static_cast<double>(values.ingestion_lag_slo_sec), 2 * time_scale);
  t.slippage_slo_bps = static_cast<double>(values.slippage_slo_bps);
  t.time_scale = time_scale;
  t.seed = static_cast<std::uint64_t>(values.seed);
  return t;
}

std::vector<pair_name> pairs_to_run(const desk_terms& terms, const ports::desk_image& image) {
  auto out = terms.pairs;
  const auto listed = [&](const pair_name& name) { return std::find(out.begin(), out.end(), name) != out.end(); };
  for (const auto& run : image.runs) {
    if (run.status == run_status::stopped || listed(run.pair)) continue;
    if (std::find(terms.supported.begin(), terms.supported.end(), run.pair) == terms.supported.end()) continue;
    const bool holds = std::any_of(image.positions.begin(), image.positions.end(),
                                   [&](const position& p) { return p.pair == run.pair && !p.held.is_zero(); });
    const bool waits = std::any_of(image.open_orders.begin(), image.open_orders.end(),
                                   [&](const order& o) { return o.content().pair == run.pair; });
    if (!holds && !waits && !terms.reopening) continue;
    if (!terms.reopening)
      log_event(log_level::warn, "pair.kept", run.pair.text(), "daemon", "",
                "it is not on the pair list, but holds a position or has an open order; its agent goes on");
    out.push_back(run.pair);
  }
  return out;
}

}  // namespace rltrader
