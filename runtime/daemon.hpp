// `rltraderd demo`: stores, market, desk, HTTP and signals in one process, from start to a clean stop.
#pragma once

#include "runtime/load_settings.hpp"

#include <iosfwd>

namespace rltrader {

/// `line` is read again on SIGHUP. Runs until SIGINT or SIGTERM. Returns 0 after a clean stop, 1 when something it needs failed (said on `err`).
int run_demo(const command_line& line, const loaded& state, std::ostream& out, std::ostream& err);

}  // namespace rltrader
