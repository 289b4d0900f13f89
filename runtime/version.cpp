// What this binary is: version and commit come from the build, which includes a generated header here.
#include "runtime/version.hpp"

namespace rltrader {

std::string version_text() { return RLTRADER_VERSION; }
std::string commit_text() { return RLTRADER_COMMIT; }
std::string build_type_text() { return RLTRADER_BUILD_TYPE; }

}  // namespace rltrader
