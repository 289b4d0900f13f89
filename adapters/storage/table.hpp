// A table of a store is a row here: its name, what it is made of, its key, how it is written and what lists may ask of it.
//
// Nested records lie flat, their columns prefixed by the field's name; lists, dictionaries and optional records are JSON text.
#pragma once

#include "domain/result.hpp"
#include "domain/shape.hpp"
#include "ports/ops_store.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace rltrader::storage {

/// What a database holds in one place: nothing, an integer (also money, times, truth), a double or a text.
using cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What a column means; each database has its own type for it.
enum class column_type : unsigned char {
  integer,  ///< also durations, in milliseconds
  real,     ///< a number that is none is kept as nothing
  text,
  amount,  ///< money, prices, quantities, rates: integers of 1/100,000,000; numeric(20,8) in PostgreSQL
  time,    ///< milliseconds since 1970; timestamptz in PostgreSQL
  truth,   ///< 0 or 1; boolean in PostgreSQL
  json,    ///< lists, dictionaries and optional records as text; jsonb in PostgreSQL
};

/// A leaf of a row: where it lies in the struct and how it is stored.
struct column {
  std::string name;
  column_type type{};
  bool nullable = false;
  std::size_t offset = 0;
  const shape* of = nullptr;
};

/// The columns of a described record.
std::vector<column> columns_of(const shape& record);
/// The content of a column. Throws nothing but what memory does.
cell cell_of(const column& c, const void* row);
/// The text under a name of a dictionary column, if it has one.
std::optional<std::string> text_inside(const column& c, const void* row, const std::string& name);
/// Puts a stored content back; errc::corrupt when it cannot be one.
result<void> set_cell(const column& c, const cell& stored, void* row);

enum class write_rule : unsigned char {
  upsert,      ///< the newest row of a key
  append,      ///< never changed: the same key again is a conflict
  keep_first,  ///< the first row of a key stays
};

/// Which columns the fields of a list query mean; empty: the list cannot be asked so. "metadata.pair" is the name pair in the
/// dictionary metadata.
struct asked_by {
  const char* time = "";
  const char* id = "";
  const char* pair = "";
  const char* status = "";
  const char* run = "";
  const char* run_too = "";  ///< a second column that `run` may match
  const char* mode = "";
  const char* side = "";
  const char* severity = "";
  const char* trade = "";
  const char* decision = "";
  const char* order = "";
};

/// Columns that no two rows share while a condition in SQL holds of them.
struct partial_key {
  const char* columns = "";
  const char* when = "";
};

/// A change that is refused: a condition in SQL over OLD and NEW, and a sentence.
struct guard {
  const char* when;
  const char* sentence;
};

/// A described type as tables know it: its shape, and how records of it are made and dropped where only their table knows it.
struct record_type {
  const shape* of = nullptr;
  std::size_t size = 0;
  void (*make)(void*) = nullptr;
  void (*drop)(void*) = nullptr;
};
template <class Row>
record_type record_of() {
  static_assert(alignof(Row) <= alignof(std::max_align_t));
  return {shape_of<Row>(), sizeof(Row), [](void* place) { new (place) Row{}; },
          [](void* place) { static_cast<Row*>(place)->~Row(); }};
}

/// Where a table of a time series is cut into chunks when the database can.
struct chunked_by {
  const char* column = "";  ///< the time; it is part of the key
  int days = 0;
};

struct table {
  const char* name;
  record_type record;
  write_rule rule;
  std::vector<const char*> key;      ///< columns; empty: rows have no name
  std::vector<const char*> indexes;  ///< each a comma-separated list of columns
  asked_by asked{};
  std::vector<guard> guards{};
  bool erasable = true;  ///< false: a trigger refuses deletion
  partial_key unique{};
  chunked_by chunks{};             ///< a hypertable in TimescaleDB
  const char* closed_when = "";    ///< a truth column: a row where it holds is never replaced by one where it does not
  const char* source_column = "";  ///< the record's own column that says where a row comes from; empty: a hidden one
  bool rehearsals_may_go = false;  ///< rows of tests and simulations may be erased although the table keeps all others
  const shape* of = record.of;
  std::vector<column> columns = columns_of(*of);

  /// The place of a column; a name that is none is a defect.
  std::size_t column_at(std::string_view column_name) const;
};

/// The tables of the ops store; the n-th holds the n-th alternative of ports::ops_row (notes become audit events).
std::span<const table> ops_tables();

/// The table that holds a record.
const table& table_of(const shape* record);
template <class Row>
const table& table_of() {
  static const table& found = table_of(shape_of<Row>());
  return found;
}

/// Of jobs that are still to be done there is one a dedupe key; an empty key dedupes nothing.
inline constexpr auto live_job_condition = "\"status\" IN ('pending','processing') AND \"dedupe_key\"<>''";

enum class comparison : unsigned char { equal, not_before, before };

/// One thing that must hold of a row: any of these columns compares so.
struct condition {
  std::vector<std::size_t> columns;
  comparison how{};
  cell value;
  std::string inside{};  ///< a name in the dictionary that the (one) column holds; empty: the column itself
};

/// Whether it holds of a record; nothing is neither equal to, before nor after anything.
bool holds(const condition& c, const table& t, const void* row);

enum class direction : unsigned char { newest_first, oldest_first };

/// A list query against one table.
struct list_request {
  std::vector<condition> conditions;
  std::size_t time_column = 0;
  direction order{};
  std::int64_t offset = 0;
  std::int64_t limit = 0;
};

/// Most rows of one answer.
inline constexpr std::int64_t rows_most = 10'000;

/// What a query means for a table; errc::unsupported for a filter that the table does not have, errc::out_of_bounds for a
/// word, offset or limit that cannot be.
result<list_request> request_of(const table& t, const ports::list_query& query);

}  // namespace rltrader::storage
