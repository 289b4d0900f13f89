// Copies a whole store into an empty one, whichever databases both are: every row in its order and with its source, the audit chain
// and its end.
#pragma once

#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

struct copy_outcome {
  std::vector<std::pair<std::string, std::int64_t>> rows;  ///< by table
  std::int64_t audit_length = 0;                           ///< of the chain, verified in the target
};

/// As of one moment of `from`. errc::conflict names a table of `to` that has rows; errc::corrupt when the target does not have what
/// was copied, or a chain that is broken. A failure before the end leaves the target empty.
result<copy_outcome> copy_store(whole_store& from, whole_store& to, const progress_listener& progress = {});

/// errc::conflict names the first table that has rows.
result<void> has_no_rows(whole_store& store);
/// The length of the audit chain; errc::corrupt names its first wrong link.
result<std::int64_t> verify_chain(whole_store& store);

}  // namespace rltrader::storage
