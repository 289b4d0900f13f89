// Rows on their way into a table, some hundreds a statement, each with where it comes from.
#pragma once

#include "adapters/storage/whole_store.hpp"

#include <string>
#include <vector>

namespace rltrader::storage {

class row_batch {
 public:
  /// Within the writing transaction that is open; all must outlive this.
  row_batch(sql_connection& to, const table& t);
  row_batch(const row_batch&) = delete;
  row_batch& operator=(const row_batch&) = delete;

  /// The row to fill next, empty.
  any_row& slot();
  /// Takes the row that was filled; `line` is where a file has it, 0: nowhere.
  result<void> take(const std::string& source, std::int64_t line = 0);
  /// Writes what waits. errc::conflict names the line of the first row that cannot be written, if lines were given.
  result<void> flush();
  std::int64_t rows() const { return rows_; }

 private:
  struct waiting {
    any_row row;
    std::string source;
    std::int64_t line = 0;
  };
  result<void> write(std::size_t from, std::size_t to);
  result<void> write_all();
  failure first_bad(const failure& why);

  sql_connection& to_;
  const table& table_;
  std::vector<waiting> waiting_;
  std::size_t filled_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace rltrader::storage
