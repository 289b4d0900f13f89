// Our error codes inside caf::error and back. CAF's own errors (a dead actor, a time-out) become unavailable and timed_out.
#pragma once

#include "domain/result.hpp"

#include <caf/all.hpp>

namespace rltrader {

inline constexpr auto error_category = caf::atom("rltrader");

/// A caf::error that carries the code and the sentence.
caf::error to_caf(const failure& f);
/// What an error from an actor means to a caller.
failure from_caf(const caf::error& e, std::string_view whom);

}  // namespace rltrader
