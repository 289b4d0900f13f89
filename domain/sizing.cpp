// The arithmetic of an entry's size, kept in words as well.
#include "domain/sizing.hpp"

#include "domain/result.hpp"

#include <algorithm>

namespace rltrader {

namespace {

quantity round_up(quantity wanted, quantity step) {
  const auto down = quantize(wanted, step);
  return down == wanted ? down : down + step;
}

/// The least quantity whose value at `at` reaches `amount`.
quantity units_worth(money amount, price at) {
  return quantity::of_raw(detail::multiply_divide(amount.raw(), fixed_scale, at.raw(), rounding::up));
}

}  // namespace

quantity least_entry(const rltrader::instrument& instrument, price at) {
  must(at.positive(), "a price to size at must be positive");
  const auto by_quantity = instrument.minimum.scaled(entry_minimums, 1);
  const auto by_notional = units_worth(instrument.minimum_notional.scaled(entry_minimums, 1), at);
  return round_up(std::max(by_quantity, by_notional), instrument.step);
}

sizing_answer size_of_entry(const sizing_question& asked) {
  if (!asked.at.positive()) return {std::nullopt, "no size: the price must be positive, was " + asked.at.text()};
  if (!asked.fraction.positive() || !asked.largest.positive())
    return {std::nullopt, "no size: " + asked.fraction.text() + " of " + asked.largest.text() + " USDT is nothing"};

  const auto fraction = std::min(asked.fraction, rate::of(1));
  const auto worth = part_of(asked.largest, fraction, rounding::down);
  const auto size = quantize(units_for(worth, asked.at), asked.instrument.step);
  const auto least = least_entry(asked.instrument, asked.at);
  const auto sum = fraction.text() + " of " + asked.largest.text() + " USDT at " + asked.at.text() + " is " +
                   size.text() + " in steps of " + asked.instrument.step.text();
  if (size < least)
    return {std::nullopt, sum + ", below " + least.text() + ": three times the minimum of " +
                              asked.instrument.minimum.text() + " and of " + asked.instrument.minimum_notional.text() +
                              " USDT"};
  return {size, sum};
}

}  // namespace rltrader
