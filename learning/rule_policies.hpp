// Policies that learn nothing: flat, buy and hold, EMA trend. Permanent contestants, and the agents of demo and replay.
#pragma once

#include "domain/result.hpp"
#include "ports/policy.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

inline constexpr std::array<std::string_view, 3> rule_policy_names{"flat", "buy_and_hold", "ema_trend"};

/// Bands of the trend rule, in the unit of the feature `trend`: average true ranges between the fast and the slow average.
/// Narrower bands trade more often, and at 5 bps a side that alone loses: half a year of 5m bars had 400 round trips with
/// these, 1,200 with 0.6 and 0.15.
struct trend_bands {
  double enter = 1.1;        ///< a position is opened beyond it
  double leave = 0.0;        ///< and closed below it; in between what is held is held
  int bars_held_least = 12;  ///< a position is given this long, unless the trend turns to the other side
};

/// A policy by its name; `feature_names` is the list of the set whose values it will be asked with. Fails with not_found for
/// an unknown name and with unsupported where the set lacks a feature that the rule needs.
result<std::unique_ptr<ports::policy>> make_rule_policy(std::string_view name,
                                                        const std::vector<std::string>& feature_names,
                                                        trend_bands bands = {});

}  // namespace rltrader
