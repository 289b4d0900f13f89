// Takes away what is older than a moment, without holding anything up: whole chunks where there are some, else a few rows at a time.
#pragma once

#include "adapters/storage/sql_connection.hpp"

namespace rltrader::storage {

/// Rows of a table whose time lies before `from` and for which `also` (SQL, may be empty) holds. Batches are transactions of their
/// own; at most a million rows go at a time, the next call goes on.
result<void> erase_older(sql_connection& connection, const table& t, const std::string& time_column, instant from,
                         const std::string& also);

}  // namespace rltrader::storage
