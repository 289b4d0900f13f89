// Takes the rows of a rehearsal out of a store: of a simulation, a replay, a fixture or a mock.
#pragma once

#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

struct purge_terms {
  std::string source;    ///< one of test_sources
  bool dry_run = false;  ///< counts alone
  std::string actor;     ///< for the audit chain
  instant now{};
};
/// Rows by table, only those tables that had some.
using purged_rows = std::vector<std::pair<std::string, std::int64_t>>;

/// Audit and state events stay. errc::out_of_bounds for another source, refused while an agent is armed. All or nothing.
result<purged_rows> purge_rows(whole_store& of, const purge_terms& terms);

}  // namespace rltrader::storage
