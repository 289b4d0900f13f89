// RFC 3339 times: how an instant is written in JSON, logs and files, and strictly read back.
#pragma once

#include "domain/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rltrader {

/// "2024-03-01T12:00:00.000Z": always milliseconds, always UTC. A year outside 0..9999 is a defect and throws.
std::string rfc3339_text(instant t);

/// Reads a date and a time with "Z" or an offset and no fraction or one of 1 to 9 digits; what is below a millisecond is
/// cut off. Nothing for anything else: 30 February, second 60, a missing offset, blanks around it.
std::optional<instant> rfc3339_parse(std::string_view text);

}  // namespace rltrader
