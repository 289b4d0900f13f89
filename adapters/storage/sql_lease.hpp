// The writer's lease: a row that says who may write, with a token that grows with each holder. Times are the database's own.
#pragma once

#include "adapters/storage/postgres_connection.hpp"

namespace rltrader::storage {

/// The table of leases, made beside those of records.
std::string leases_sql(const sql_dialect& dialect);

/// Who has a lease, as a person should read it.
struct lease_state {
  std::string holder;  ///< as it was taken
  std::int64_t token = 0;
  std::int64_t live_ms = 0;  ///< until it ends by itself; 0 or less: it has ended
};
/// Nothing when nobody ever had it.
result<std::optional<lease_state>> read_lease(sql_connection& connection, const std::string& name);

/// Takes a lease that is free, that has ended, or whose holder `is_gone` knows to be dead. errc::locked names the holder.
result<writer_lease> take_lease(sql_connection& connection, const std::string& name, const std::string& holder,
                                milliseconds lasts, const std::function<bool(const std::string& holder)>& is_gone);
/// Ends it at once, so that the next one need not wait.
void release_lease(sql_connection& connection, const writer_lease& lease);

/// The lease under which ops state is written.
inline constexpr auto writer_lease_name = "writer";

}  // namespace rltrader::storage
