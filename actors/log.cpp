// The only unit of the actors that knows spdlog.
#include "actors/log.hpp"

#include <spdlog/spdlog.h>

#include <string>

namespace rltrader {

void log_event(log_level level, std::string_view event, std::string_view pair, std::string_view actor,
               std::string_view trace, std::string_view text) {
  const auto as = static_cast<spdlog::level::level_enum>(level);
  auto* logger = spdlog::default_logger_raw();
  if (!logger || !logger->should_log(as)) return;
  std::string line;
  line.reserve(event.size() + pair.size() + actor.size() + trace.size() + text.size() + 4);
  for (const auto part : {event, pair, actor, trace}) {
    line += part;
    line += log_separator;
  }
  line += text;
  logger->log(as, "{}", line);
}

}  // namespace rltrader
