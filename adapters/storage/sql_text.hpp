// SQL text from tables: create, grow, insert, select. Every name is quoted; values are always parameters.
#pragma once

#include "adapters/storage/table.hpp"

#include <string>
#include <vector>

namespace rltrader::storage {

enum class database : unsigned char { sqlite, postgres };

/// How a database says things.
struct sql_dialect {
  database is = database::sqlite;
  std::string schema{};  ///< in front of every name; empty: none

  bool postgres() const { return is == database::postgres; }
  /// A table, index or function by its full name.
  std::string name(std::string_view plain) const;
  /// The condition that a truth column holds.
  std::string holds(std::string_view column_name) const;
  /// The text under a name in a dictionary column.
  std::string inside(std::string_view column_name, std::string_view key) const;
};

/// A table, index or trigger.
struct schema_object {
  std::string name;
  std::string sql;
};

std::string quoted_name(std::string_view name);
/// 'it''s'
std::string text_literal(std::string_view text);
/// "a,b" as "a","b".
std::string quoted_list(std::string_view names);
std::string key_list(const table& t);
/// Whether rows have a hidden number "_row" in the order of their first writing; series with a key have none.
bool is_numbered(const table& t);
/// Whether rows say in a hidden column "_source" where they come from; the others have a column of their own for it.
bool has_hidden_source(const table& t);
/// What SQLite and PostgreSQL call the type of a column.
std::string type_name(const sql_dialect& dialect, column_type type);

/// The table with its key, indexes and the triggers that keep its rules.
std::vector<schema_object> objects_of(const sql_dialect& dialect, const table& t);
/// Adds a column to a table that was made before the record had it; old rows get the type's empty value.
std::string add_column_sql(const sql_dialect& dialect, const table& t, const column& c);
/// Adds "_source" to a table that was made before rows said where they come from.
std::string add_source_sql(const sql_dialect& dialect, const table& t);
/// What follows an insert: nothing, or what becomes of a row whose key is there. The table is called "kept" in it.
std::string on_conflict_sql(const sql_dialect& dialect, const table& t);
/// The columns that an insert fills, "_source" last.
std::vector<std::string> insert_columns(const table& t);
/// All columns in their order, and where they come from.
std::string select_sql(const sql_dialect& dialect, const table& t);
/// " WHERE ..." with one parameter a condition, in their order; empty when there is none.
std::string where_sql(const sql_dialect& dialect, const table& t, const list_request& request);
/// " ORDER BY ... LIMIT ? OFFSET ?"
std::string order_sql(const table& t, const list_request& request);
/// " ORDER BY ...": each table has one order in which it is exported, the same in every database.
std::string export_order_sql(const table& t);

}  // namespace rltrader::storage
