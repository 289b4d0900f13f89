// The order of an operator's close: what is held of a round trip, at most what is asked, reduce-only.
#pragma once

#include "domain/instrument.hpp"
#include "domain/order.hpp"
#include "domain/position.hpp"
#include "domain/records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader {

struct closing_wish {
  std::optional<rltrader::quantity> most;  ///< base coins; none: all that is held
  std::string reason;
  std::string who;
  std::string client_key;  ///< the caller's own; it names the slot, so the same call again is the same order
};
/// Whose order it is.
struct closing_desk {
  std::string installation;
  std::string account;
  position_mode mode{};
};

/// The intent that closes; `last` is the price that slippage is measured against, if one is known.
order_intent closing_intent(const trade& round_trip, const std::vector<position>& positions,
                            const instrument& instrument, std::optional<price> last, const closing_wish& wish,
                            const closing_desk& desk, instant now);

}  // namespace rltrader
