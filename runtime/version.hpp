// What this binary is.
#pragma once

#include <string>

namespace rltrader {

std::string version_text();  ///< "0.1.0"
std::string commit_text();   ///< the commit it was built from, or "unknown"
std::string build_type_text();

}  // namespace rltrader
