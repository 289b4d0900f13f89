// One line of the log as text or JSON: always one line, always valid, never with a secret in it.
#pragma once

#include "domain/time.hpp"
#include "runtime/settings.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rltrader {

struct log_record {
  instant at{};
  std::string_view level;
  std::string_view event{};
  std::string_view pair{};
  std::string_view actor{};
  std::string_view trace_id{};
  std::string_view text{};
};

/// Without its line end. Control characters are escaped and bytes that are no UTF-8 replaced, in both forms; so nobody can
/// forge a line by what he sends. Every secret is shown as stars, in any field.
std::string log_line(const log_record& record, log_form form, std::span<const std::string> secrets);

/// The fields of a payload that log_event made; of any other, the text alone.
log_record take_payload_apart(std::string_view payload);

/// The text with every secret replaced by stars.
std::string redacted(std::string_view text, std::span<const std::string> secrets);

}  // namespace rltrader
