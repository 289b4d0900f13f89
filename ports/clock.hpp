// Market time: real, scaled, stepped or replayed. The only clock the core knows.
#pragma once

#include "domain/time.hpp"

namespace rltrader::ports {

struct clock {
  virtual ~clock() = default;
  /// Now, in market time. Safe from any thread; never goes back.
  virtual instant now() const = 0;
};

}  // namespace rltrader::ports
