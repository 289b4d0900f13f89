// The table of sides, spelled out (venue documentation, order sides by position mode).
#include "domain/side_table.hpp"

#include "domain/result.hpp"

#include <array>

namespace rltrader {

namespace {

struct row {
  position_mode mode{};
  position_side which{};
  order_sides opens;
  order_sides closes;
};

constexpr std::array table{
    row{position_mode::one_way,
        position_side::long_side,
        {order_side::buy, position_side::both, false},
        {order_side::sell, position_side::both, true}},
    row{position_mode::one_way,
        position_side::short_side,
        {order_side::sell, position_side::both, false},
        {order_side::buy, position_side::both, true}},
    row{position_mode::hedge,
        position_side::long_side,
        {order_side::buy, position_side::long_side, false},
        {order_side::sell, position_side::long_side, false}},
    row{position_mode::hedge,
        position_side::short_side,
        {order_side::sell, position_side::short_side, false},
        {order_side::buy, position_side::short_side, false}},
};

const row& row_of(position_side which, position_mode mode) {
  for (const auto& r : table)
    if (r.mode == mode && r.which == which) return r;
  throw std::logic_error("sides are asked for a long or a short position, not for both");
}

}  // namespace

order_sides opening_sides(position_side which, position_mode mode) { return row_of(which, mode).opens; }
order_sides closing_sides(position_side which, position_mode mode) { return row_of(which, mode).closes; }
position_side leg_of(position_side which, position_mode mode) { return row_of(which, mode).opens.leg_side; }

std::optional<position_side> direction_of(quantity held) {
  if (held.is_zero()) return std::nullopt;
  return held.positive() ? position_side::long_side : position_side::short_side;
}

bool fits(position_side leg_side, position_mode mode) {
  return (leg_side == position_side::both) == (mode == position_mode::one_way);
}

}  // namespace rltrader
