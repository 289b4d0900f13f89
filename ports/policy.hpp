// Whoever decides: a rule or a learned network, asked once per closed bar.
#pragma once

#include "domain/decision.hpp"

#include <string>

namespace rltrader::ports {

/// One agent's policy for one pair. Asked only from the pair that owns it, so it may keep memory of its own; a decision must
/// follow from the observations alone, so that a replay says the same.
struct policy {
  virtual ~policy() = default;
  virtual policy_answer decide(const observation& seen) = 0;
  /// Names the policy and its parameters in decisions and their provenance.
  virtual std::string version() const = 0;
};

}  // namespace rltrader::ports
