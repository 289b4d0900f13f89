// Which side and leg open or close a position, in one-way and in hedge mode: a table, so that no caller derives it (I8).
#pragma once

#include "domain/order.hpp"

#include <optional>

namespace rltrader {

/// What an order must carry. In hedge mode the pair of side and leg is itself the reduce instruction: the venue refuses the
/// reduce-only flag there, or silently ignores it, so it is never set.
struct order_sides {
  order_side side{};
  position_side leg_side{};
  bool reduce_only = false;
  friend bool operator==(const order_sides&, const order_sides&) = default;
};

/// Sides that open or add to a long or short position; `which` must not be `both`.
order_sides opening_sides(position_side which, position_mode mode);
/// Sides that close or reduce a long or short position; `which` must not be `both`.
order_sides closing_sides(position_side which, position_mode mode);

/// Where a long or short position is kept: `both` in one-way mode, its own leg in hedge mode.
position_side leg_of(position_side which, position_mode mode);
/// long for more than zero, short for less, none when flat.
std::optional<position_side> direction_of(quantity held);
/// Whether the leg fits the mode: `both` alone in one-way mode, a leg alone in hedge mode.
bool fits(position_side leg_side, position_mode mode);
/// The sign a fill of that side has for the signed position: +1 buys, -1 sells.
constexpr int sign_of(order_side side) { return side == order_side::buy ? 1 : -1; }

}  // namespace rltrader
