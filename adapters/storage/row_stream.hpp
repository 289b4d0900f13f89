// Rows as JSON from JSONL, from a JSON array and from CSV: what stands where, before anything is known of its fields' types.
#pragma once

#include "adapters/storage/byte_reader.hpp"
#include "domain/shape.hpp"
#include "wire/json.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rltrader::storage {

/// The longest row that is read, in bytes: 8 MiB. A longer one is an error and is passed over without being held.
inline constexpr std::size_t row_longest = 8 * 1024 * 1024;

enum class row_found : unsigned char {
  good,    ///< a row
  bad,     ///< what stands here is none, and the next one can be read
  end,     ///< nothing more
  broken,  ///< nothing more can be read
};

/// A row as it was written, and what was wrong with the writing.
struct written_row {
  json value;
  std::int64_t line = 0;  ///< where it begins, from 1
  std::vector<violation> problems;
};

class row_stream {
 public:
  explicit row_stream(std::unique_ptr<byte_source> source) : bytes_(std::move(source)) {}
  virtual ~row_stream() = default;
  row_stream(const row_stream&) = delete;
  row_stream& operator=(const row_stream&) = delete;
  virtual row_found next(written_row& into) = 0;
  const std::optional<failure>& failed() const { return bytes_.failed(); }
  double progress() const { return bytes_.progress(); }

 protected:
  byte_reader bytes_;
};

/// One object a line; blank lines are none.
std::unique_ptr<row_stream> read_json_lines(std::unique_ptr<byte_source> source);
/// A list of objects; one of them at a time is held.
std::unique_ptr<row_stream> read_json_array(std::unique_ptr<byte_source> source);
/// RFC 4180; the first line names columns of the record, `_source` may be among them. Fields of nested records are named as
/// columns are (intent_content_pair); lists, dictionaries and optional records are JSON in a cell.
/// An empty cell is nothing where that may be, an empty text where text is wanted, and an error elsewhere.
std::unique_ptr<row_stream> read_csv(std::unique_ptr<byte_source> source, const shape& record);

}  // namespace rltrader::storage
