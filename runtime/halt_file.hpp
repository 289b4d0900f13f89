// The file in which an operator's halt outlives a store that is down: written by a halt, removed by a resume, read at start.
#pragma once

#include <optional>
#include <string>

namespace rltrader {

/// The reason of a halt that stands, if one does. An unreadable file counts as a halt: in doubt nothing trades.
std::optional<std::string> read_halt_file(const std::string& path);
/// Durable on return; an empty reason removes the file. Returns false when the disk refused, which the caller logs.
bool write_halt_file(const std::string& path, const std::string& reason);

}  // namespace rltrader
