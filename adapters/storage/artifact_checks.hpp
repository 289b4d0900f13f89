// What every store of artifacts asks of what it is given and of what it has found.
#pragma once

#include "ports/artifact_store.hpp"

#include <string>
#include <string_view>

namespace rltrader::storage {

/// Bytes that may be kept; errc::out_of_bounds above the limit.
result<void> check_keepable(std::string_view bytes);
/// A wish that can be met; errc::out_of_bounds for what is no digest or no size.
result<void> check_wanted(const ports::stored_artifact& wanted);
/// errc::corrupt, naming `shown`, what was wanted and what was found.
result<void> check_size(const std::string& shown, const ports::stored_artifact& wanted, std::int64_t found);
result<void> check_digest(const std::string& shown, const ports::stored_artifact& wanted, std::string_view bytes);

}  // namespace rltrader::storage
