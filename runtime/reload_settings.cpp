// What SIGHUP changes, what waits for a restart, and what a flag or the environment holds fast.
#include "runtime/load_settings.hpp"
#include "runtime/setting_row.hpp"
#include "runtime/settings_checks.hpp"

#include <algorithm>

namespace rltrader {

namespace {

std::vector<pair_name> only_in(const std::vector<pair_name>& these, const std::vector<pair_name>& those) {
  std::vector<pair_name> out;
  for (const auto& pair : these)
    if (std::find(those.begin(), those.end(), pair) == those.end()) out.push_back(pair);
  return out;
}

}  // namespace

reload_plan plan_reload(const settings& now, const loaded& next) {
  reload_plan plan;
  plan.values = now;
  plan.fixed = next.covered;
  plan.violations = next.violations;
  if (!plan.violations.empty()) return plan;
  loaded mixed = next;
  mixed.values = now;
  for (const auto* row : setting_rows()) {
    if (row->slot.same(now, next.values)) continue;
    if (row->is_reloadable()) {
      plan.changed.emplace_back(row->key);
      row->slot.copy(mixed.values, next.values);
    } else {
      plan.needs_restart.emplace_back(row->key);
    }
  }
  plan.violations = check_settings(mixed);
  // Pairs whose market data would begin to be kept only after a restart cannot be traded before it.
  for (const auto& pair : only_in(mixed.values.learning_pairs, now.market_pairs))
    plan.violations.push_back({"RL_ONLINE_LEARNING_PAIRS", pair.text(),
                               origin_text(next.origin_of("RL_ONLINE_LEARNING_PAIRS")),
                               "needs market data that is kept only after a restart (BINGX_MARKET_DATA_PAIRS)"});
  if (!plan.violations.empty()) return plan;
  plan.pairs_added = only_in(mixed.values.learning_pairs, now.learning_pairs);
  plan.pairs_removed = only_in(now.learning_pairs, mixed.values.learning_pairs);
  plan.values = std::move(mixed.values);
  return plan;
}

}  // namespace rltrader
