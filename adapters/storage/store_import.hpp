// Brings the rows of a file into one table, all or none, with a link in the audit chain that says so.
#pragma once

#include "adapters/storage/whole_store.hpp"

namespace rltrader::storage {

enum class import_mode : unsigned char {
  append,  ///< beside what is there: a table of newest rows takes the file's row for its key, every other refuses a key twice
  replace,  ///< instead of what is there, in one transaction
};

struct import_terms {
  std::string table;
  std::string file;
  import_mode mode = import_mode::append;
  bool test_data_refused = true;  ///< DISABLE_TEST_DATA_IN_DB
  std::string actor;              ///< for the audit chain
  instant now{};
  progress_listener progress;  ///< of 1000 parts of the file
};

struct import_outcome {
  std::int64_t rows = 0;
  std::int64_t gone = 0;  ///< that were replaced
  std::string sha256;     ///< of the file
};

/// Audit and state events are never imported (errc::refused); nor is any table of ops while an agent is armed, nor rows of test
/// sources where those are refused. errc::malformed and conflict name the file and the line. After a failure nothing has changed.
result<import_outcome> import_rows(whole_store& into, const import_terms& terms);

/// What no command may add to or take from: the records of what was done.
bool is_record_of_deeds(const table& t);
/// errc::refused names the agent that trades live, or the fact that says that one is armed. Within a transaction.
result<void> nobody_is_armed(sql_connection& ops);

}  // namespace rltrader::storage
