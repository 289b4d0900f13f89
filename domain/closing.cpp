// The order of an operator's close.
#include "domain/closing.hpp"

#include "domain/side_table.hpp"

#include <algorithm>

namespace rltrader {

order_intent closing_intent(const trade& round_trip, const std::vector<position>& positions,
                            const instrument& instrument, std::optional<price> last, const closing_wish& wish,
                            const closing_desk& desk, instant now) {
  const auto leg = leg_of(round_trip.side, desk.mode);
  quantity held;
  for (const auto& p : positions)
    if (p.pair == round_trip.instrument && p.leg_side == leg) held = p.held.abs();
  auto amount = wish.most ? std::min(*wish.most, held) : held;
  if (amount != held) amount = quantize(amount, instrument.step);

  order_intent intent;
  intent.slot = {desk.installation, desk.account, round_trip.mode, round_trip.instrument, now, order_leg::exit, 0};
  if (!wish.client_key.empty()) {
    intent.slot.account += "|" + wish.client_key;
    intent.slot.bar_open = instant{};
  }
  const auto sides = closing_sides(round_trip.side, desk.mode);
  intent.content = {.pair = round_trip.instrument,
                    .side = sides.side,
                    .leg_side = sides.leg_side,
                    .type = order_type::market,
                    .quantity = amount,
                    .limit = {},
                    .trigger = {},
                    .reduce_only = sides.reduce_only};
  intent.trade = round_trip.id;
  intent.run = round_trip.run;
  if (last) intent.reference = *last;
  intent.created_at = now;
  intent.reason = wish.reason.empty() ? "closed by " + wish.who : wish.reason;
  return intent;
}

}  // namespace rltrader
