// SQL text from tables: create, grow, insert, select. Every name is quoted; values are always parameters.
#pragma once

#include "adapters/storage/table.hpp"

#include <string>
#include <vector>

namespace rltrader::storage {

/// A table, index or trigger of a file.
struct schema_object {
  std::string name;
  std::string sql;
};

std::string quoted(std::string_view name);

/// The table with its key, indexes and the triggers that keep its rules. Rows have a hidden number "_row" in the order of
/// their first writing.
std::vector<schema_object> objects_of(const table& t);
/// Adds a column to a table that was made before the record had it; old rows get the type's empty value.
std::string add_column_sql(const table& t, const column& c);
/// One parameter a column, in their order.
std::string insert_sql(const table& t);
/// All columns in their order, and where they come from.
std::string select_sql(const table& t);
/// " WHERE ..." with one parameter a condition, in their order; empty when there is none.
std::string where_sql(const table& t, const list_request& request);
/// " ORDER BY ... LIMIT ? OFFSET ?"
std::string order_sql(const table& t, const list_request& request);

}  // namespace rltrader::storage
