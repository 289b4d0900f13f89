// A connection to a database as the stores use it, whichever database it is. It belongs to one actor; every call may block.
//
// Statements name parameters ?1, ?2, ...; names of tables come from the dialect. A failure of a write is errc::conflict when
// the rows themselves are at fault (a key twice, a change that a rule forbids, a content that cannot be stored), errc::store_failed
// when the database did not take them (disk, connection, rights, time), errc::unavailable for a read that took too long.
#pragma once

#include "adapters/storage/sql_text.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace rltrader::storage {

/// A value of a statement, with what it means, for databases that ask for types.
struct parameter {
  cell value;
  column_type type = column_type::text;

  parameter(std::string text) : value(std::move(text)) {}
  parameter(const char* text) : value(std::string(text)) {}
  parameter(std::int64_t number) : value(number), type(column_type::integer) {}
  parameter(instant moment) : value(ms_of(moment)), type(column_type::time) {}
  parameter(cell any, column_type means) : value(std::move(any)), type(means) {}
};

enum class access : unsigned char {
  reads,   ///< sees one moment for as long as it lasts
  writes,  ///< alone with the writer's lease, where there is one
};

class sql_connection {
 public:
  virtual ~sql_connection() = default;

  const sql_dialect& dialect() const { return dialect_; }
  /// For sentences: a file, or server, database and schema. Never a password.
  virtual std::string place() const = 0;
  /// The database's name and version, for people.
  virtual std::string version() const = 0;

  /// Runs statements without parameters.
  virtual result<void> execute(const std::string& sql) = 0;
  /// Hands over row by row until the end or until `row` fails.
  using row_visitor = std::function<result<void>(std::span<const cell>)>;
  virtual result<void> read(const std::string& sql, const std::vector<parameter>& parameters,
                            const row_visitor& row) = 0;
  /// Runs a changing statement; returns how many rows it touched.
  virtual result<std::int64_t> change(const std::string& sql, const std::vector<parameter>& parameters) = 0;
  /// Writes records of a table by its rule, in their order, within the transaction that is open.
  virtual result<void> write(const table& t, std::span<const void* const> rows) = 0;

  virtual result<void> begin(access how) = 0;
  /// After a failure nothing of the transaction is kept, as far as can be known, and the connection is usable or says why not.
  virtual result<void> commit() = 0;
  virtual void roll_back() = 0;

  /// How often a writing transaction is due although there is nothing to write, so that a lease does not end; 0: never.
  virtual milliseconds renewed_every() const { return milliseconds{0}; }

  /// What rows say of where they come from ("sim", "bingx", "import") in tables that have no column of their own for it.
  void set_origin(std::string origin) { origin_ = std::move(origin); }
  const std::string& origin() const { return origin_; }

  /// The first cell of the first row; nothing when there is no row.
  result<cell> value_of(const std::string& sql, const std::vector<parameter>& parameters = {});
  result<std::int64_t> integer_of(const std::string& sql, const std::vector<parameter>& parameters = {});
  result<std::vector<std::string>> texts_of(const std::string& sql, const std::vector<parameter>& parameters = {});

 protected:
  explicit sql_connection(sql_dialect dialect) : dialect_(std::move(dialect)) {}
  sql_connection(sql_connection&&) = default;
  sql_connection& operator=(sql_connection&&) = default;

 private:
  sql_dialect dialect_;
  std::string origin_;
};

/// Does all of `work` in one transaction, or nothing of it.
template <class Work>
result<void> in_transaction(sql_connection& connection, Work&& work, access how = access::writes) {
  if (auto begun = connection.begin(how); !begun) return begun;
  result<void> done = [&]() -> result<void> {
    try {
      return work();
    } catch (...) {
      connection.roll_back();
      throw;
    }
  }();
  if (!done) {
    connection.roll_back();
    return done;
  }
  return connection.commit();
}

}  // namespace rltrader::storage
