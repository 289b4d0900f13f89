// The terms of a desk from the settings: what a mode means for limits, freshness and pace.
#pragma once

#include "runtime/load_settings.hpp"
#include "runtime/world.hpp"

namespace rltrader {

/// Paper terms under a market whose time runs `time_scale` times faster than the clock on the wall. What stands for a delay of
/// machines (how old a mark may be, how long an approval stands) is widened with it, so that two real seconds always fit.
desk_terms paper_terms(const settings& values, double time_scale);

/// The pair list, and whoever holds a position or has an order open though it is on the list no more: no run ends without a
/// word on what becomes of its position.
std::vector<pair_name> pairs_to_run(const desk_terms& terms, const ports::desk_image& image);

/// Paper's own, generous limits, as money of the starting balance.
risk_policy paper_policy(const settings& values);

}  // namespace rltrader
