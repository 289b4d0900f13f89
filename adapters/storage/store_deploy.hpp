// What tables a store has, and what would make them those of this program.
#pragma once

#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

/// One migration, of a file or a schema.
struct deployed_migration {
  std::string place;  ///< the file, or server, database and schema
  std::int64_t number = 0;
  std::string name;
  std::string applied_at;  ///< empty: of a file, which does not say when
};
/// Those that were applied, oldest first.
result<std::vector<deployed_migration>> deployed_migrations(whole_store& store);

/// The statements that opening::makes would run; nothing is changed, nobody is asked for a lock.
struct deploy_plan {
  std::string place;
  std::vector<std::string> sql;
};
result<std::vector<deploy_plan>> plan_deploy(const store_place& place);

}  // namespace rltrader::storage
