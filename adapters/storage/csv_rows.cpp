// Rows from CSV (RFC 4180): quotes around cells that hold commas, line ends or quotes; LF and CRLF end a line.
#include "adapters/storage/row_stream.hpp"

#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/row_values.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

constexpr std::string_view source_column = "_source";
constexpr std::size_t cells_most = 4096;  // that are held; more are counted

class csv_stream final : public row_stream {
 public:
  csv_stream(std::unique_ptr<byte_source> source, const shape& record)
      : row_stream(std::move(source)), leaves_(leaves_of(record)) {}

  row_found next(written_row& into) override {
    if (!begun_) {
      begun_ = true;
      const auto found = take_cells(into);
      if (found == row_found::end || found == row_found::broken) return found;
      // Without its columns nothing that follows can be understood.
      if (found == row_found::bad || !read_header(into.problems)) return row_found::broken;
    }
    const auto found = take_cells(into);
    if (found != row_found::good) return found;
    if (count_ != columns_.size()) {
      into.problems.push_back({"", "must have " + std::to_string(columns_.size()) + " cells, as the first line has",
                               std::to_string(count_) + " cells"});
      return row_found::bad;
    }
    into.value = json::object();
    for (std::size_t i = 0; i < cells_.size(); ++i) put_cell(i, into);
    return into.problems.empty() ? row_found::good : row_found::bad;
  }

 private:
  /// A column of the file: the leaf that it fills, or none for the source.
  struct column_here {
    const leaf* fills;
  };

  bool read_header(std::vector<violation>& problems) {
    for (const auto& name : cells_) {
      const auto found =
          std::find_if(leaves_.begin(), leaves_.end(), [&](const leaf& l) { return l.name == name || l.path == name; });
      if (found == leaves_.end() && name != source_column) {
        problems.push_back({"", "must name columns of the table: " + all_columns(), printable(name)});
        continue;
      }
      const auto* fills = found == leaves_.end() ? nullptr : &*found;
      if (fills_one(fills)) problems.push_back({"", "must name a column once", name});
      columns_.push_back({fills});
    }
    if (count_ > cells_most)
      problems.push_back({"", "must name at most " + std::to_string(cells_most) + " columns", ""});
    for (const auto& l : leaves_)
      if (l.of->is != kind::optional && !fills_one(&l))
        problems.push_back({l.name, "is missing from the first line", ""});
    return problems.empty();
  }

  bool fills_one(const leaf* wanted) const {
    return std::any_of(columns_.begin(), columns_.end(), [&](const column_here& c) { return c.fills == wanted; });
  }

  std::string all_columns() const {
    std::string out;
    for (const auto& l : leaves_) out += (out.empty() ? "" : ", ") + l.name;
    return out;
  }

  void put_cell(std::size_t i, written_row& into) {
    const auto* l = columns_[i].fills;
    if (l == nullptr) {
      auto value = json_of_cell(*shape_of<std::string>(), cells_[i], std::string(source_column), into.problems);
      if (value && !cells_[i].empty()) into.value[std::string(source_column)] = std::move(*value);
      return;
    }
    auto value = json_of_cell(*l->of, cells_[i], l->name, into.problems);
    if (!value) return;
    auto* place = &into.value;
    for (const char* name : l->names) place = &(*place)[name];
    *place = std::move(*value);
  }

  /// Takes the cells of the next line that is not empty. A line whose quotes are wrong spoils all that follow.
  row_found take_cells(written_row& into) {
    while (bytes_.peek() == '\n' || bytes_.peek() == '\r') bytes_.take();
    into.line = bytes_.line();
    cells_.assign(1, {});
    count_ = 1;
    held_ = 0;
    if (bytes_.peek() < 0) return bytes_.failed() ? row_found::broken : row_found::end;
    for (;;) {
      const auto* wrong = bytes_.peek() == '"' ? take_quoted() : take_plain();
      if (wrong != nullptr) {
        if (!bytes_.failed()) into.problems.push_back({"", wrong, printable(cells_.back())});
        return row_found::broken;
      }
      const int byte = bytes_.take();
      if (byte == ',') {
        if (++count_ <= cells_most) cells_.emplace_back();
        continue;
      }
      if (byte == '\r' && bytes_.take() != '\n') {
        into.problems.push_back({"", "must have CR only before LF or within quotes", ""});
        return row_found::broken;
      }
      if (bytes_.failed()) return row_found::broken;
      if (held_ <= row_longest) return row_found::good;
      into.problems.push_back({"", "must have at most " + std::to_string(row_longest) + " bytes", "a longer row"});
      return row_found::bad;
    }
  }

  void hold(int byte) {
    if (++held_ <= row_longest) cells_.back() += static_cast<char>(byte);
  }

  const char* take_plain() {
    for (int byte = bytes_.peek(); byte >= 0 && byte != ',' && byte != '\n' && byte != '\r'; byte = bytes_.peek()) {
      if (byte == '"') return "must have quotes around a whole cell, and two of them for one inside";
      hold(bytes_.take());
    }
    return nullptr;
  }

  const char* take_quoted() {
    bytes_.take();
    for (;;) {
      const int byte = bytes_.take();
      if (byte < 0) return "must have a quote at the end of this cell: the file ends inside of it";
      if (byte == '"') {
        if (bytes_.peek() != '"') break;
        bytes_.take();
      }
      hold(byte);
    }
    const int byte = bytes_.peek();
    if (byte >= 0 && byte != ',' && byte != '\n' && byte != '\r')
      return "must have a comma or a line end behind a quoted cell";
    return nullptr;
  }

  std::vector<leaf> leaves_;
  std::vector<column_here> columns_;
  std::vector<std::string> cells_;
  std::size_t count_ = 0;  ///< cells of the line
  std::size_t held_ = 0;   ///< bytes of the line
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<row_stream> read_csv(std::unique_ptr<byte_source> source, const shape& record) {
  return std::make_unique<csv_stream>(std::move(source), record);
}

}  // namespace rltrader::storage
