// One line of the log: an event code, the pair, actor and trace it belongs to, and a sentence.
#pragma once

#include <string_view>

namespace rltrader {

enum class log_level : unsigned char { trace, debug, info, warn, error, critical };

/// Between the fields of a line on its way to the formatter that runtime/logging installs: event, pair, actor, trace, text.
inline constexpr char log_separator = '\x1f';

/// Writes one event to the process's logger. Empty fields are left out. Never blocks on anything but the log's own sink.
void log_event(log_level level, std::string_view event, std::string_view pair, std::string_view actor,
               std::string_view trace, std::string_view text);

}  // namespace rltrader
