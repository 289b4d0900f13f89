// Reads the rows of one table from a file: JSONL, a JSON array, CSV, or the ZIP archive that a Convex export is.
//
// The reader gives rows and writes nothing. A file with a row that cannot be one is refused as a whole: the reader goes on to its
// end, so that one failure names what is wrong everywhere (the first ten, and how many more), and gives no row after it.
// Memory is bounded by the longest row, not by the file.
#pragma once

#include "adapters/storage/any_row.hpp"
#include "adapters/storage/row_stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rltrader::storage {

class row_reader {
 public:
  /// The format is told by the content, CSV by its name (.csv). A file without a byte has no rows, in any format.
  /// Beside what opening a file can fail of: errc::malformed for a file of no known format.
  static result<std::unique_ptr<row_reader>> open(const std::string& path, const table& t);

  /// The next row and its source, an empty text when the file does not say; false at the end. The row is complete and keeps the
  /// rules of its fields. errc::malformed names file, line, field, what is allowed and what it was; `into` is then of no use.
  result<bool> next(any_row& into, std::string& source);
  /// 0 to 1, of the file's bytes.
  double progress() const;
  /// Where the row that was given last begins, from 1.
  std::int64_t line() const { return row_.line; }
  /// How many rows were given.
  std::int64_t rows() const { return rows_; }

 private:
  enum class format : unsigned char { empty, json_lines, json_array, csv, zip };
  row_reader(const table& t, std::string shown, format f, std::unique_ptr<row_stream> stream);
  static result<format> format_of(const std::string& path, std::string_view beginning);
  bool read(any_row& into, std::string& source);
  void note_problems();
  failure refusal() const;

  const table& table_;
  std::string shown_;  ///< how failures call the file
  format format_;
  std::unique_ptr<row_stream> stream_;
  written_row row_;
  std::vector<std::string> noted_;  ///< the first problems, as they are shown
  std::int64_t problems_ = 0;
  std::int64_t rows_ = 0;
  std::optional<failure> failed_;
};

}  // namespace rltrader::storage
