// The file in which an operator's halt outlives a store that is down: written by a halt, removed by a resume, read at start.
#pragma once

#include <optional>
#include <string>

namespace rltrader {

/// The reason of a halt that stands, if one does. An unreadable file counts as a halt: in doubt nothing trades.
std::optional<std::string> read_halt_file(const std::string& path);
/// Durable on return; an empty reason removes the file. On a full disk the file stands without its reason.
/// Returns false when not even that was possible; what went wrong is logged.
bool write_halt_file(const std::string& path, const std::string& reason);

}  // namespace rltrader
