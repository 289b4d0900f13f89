// Who holds a store on a server: as people read it, and so that a later start on the same machine can tell that it is dead.
#pragma once

#include "domain/time.hpp"

#include <string>
#include <string_view>

namespace rltrader {

/// "rltraderd demo on HOST, process 12, started 2024-03-01T12:00:00.000Z (boot ..., namespace ..., since 345)".
std::string holder_text(std::string_view what, instant now);
/// Whether that process is surely gone: it ran on this boot of this machine, in this namespace of processes, and is not there any
/// more. Anything else, also a text of another form, may still live.
bool holder_is_gone(const std::string& holder);

}  // namespace rltrader
