// The schema of one SQLite file: made when the file is new, grown when records have gained fields, refused when it is newer.
#pragma once

#include "adapters/storage/sqlite_connection.hpp"

namespace rltrader::storage {

/// What brings a file of an older number to this one, where growing by tables and columns does not.
struct schema_step {
  int number;
  const char* name;
  std::vector<std::string> sql;
};

/// What a file must contain. `number` is raised with each change that growing does not cover.
struct file_schema {
  int number = 1;
  std::vector<schema_object> objects;
  std::span<const table> tables{};   ///< those of `objects` that are made from records
  std::vector<schema_step> steps{};  ///< in the order of their numbers
};

/// What ops.db and market.db must contain.
file_schema ops_schema();
file_schema market_schema();

/// Application ids, "rlt" and a letter, so that a file is never taken for another one.
inline constexpr std::int32_t ops_application_id = 0x726C746F;      // rlto
inline constexpr std::int32_t market_application_id = 0x726C746D;   // rltm
inline constexpr std::int32_t journal_application_id = 0x726C7476;  // rltv

/// Brings a writer's file to the schema, in one transaction. Each change is a row of the table `migrations`, with a checksum
/// of all tables and triggers after it; a file whose schema is not what the last change left is errc::corrupt, a newer one
/// errc::refused.
result<void> migrate(sqlite_connection& connection, const file_schema& wanted);
/// The statements that migrate() would run, none of them run.
result<std::vector<std::string>> plan_of(sqlite_connection& connection, const file_schema& wanted);
/// Whether a reader can read the file as it is.
result<void> expect_schema(sqlite_connection& connection, const file_schema& wanted);

}  // namespace rltrader::storage
