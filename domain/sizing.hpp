// How large an entry is: a fraction of the largest allowed position, quantized, and never so small that it could not be closed.
#pragma once

#include "domain/instrument.hpp"

#include <optional>
#include <string>

namespace rltrader {

/// Entries are at least this many times the venue's minimums, so that what remains after partial fills can still be closed.
constexpr int entry_minimums = 3;

struct sizing_question {
  rltrader::instrument instrument;
  money largest;  ///< USDT notional of the largest position allowed
  rate fraction;  ///< of it, 0..1; above one counts as one
  price at;       ///< USDT, above zero: what the entry is expected to fill at
};

struct sizing_answer {
  std::optional<quantity>
      size;                ///< k x step, at least three minimums, worth at most fraction x largest; none: too small
  std::string arithmetic;  ///< the figures in words, for the decision's reason
};

sizing_answer size_of_entry(const sizing_question& asked);

/// The least quantity of an entry at a price: three times the minimum quantity and notional, rounded up to the step.
quantity least_entry(const rltrader::instrument& instrument, price at);

}  // namespace rltrader
