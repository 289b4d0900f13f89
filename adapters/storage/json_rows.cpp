// Rows from JSON: a line or an element at a time is held and parsed.
#include "adapters/storage/row_stream.hpp"

namespace rltrader::storage {

namespace {

violation too_long() { return {"", "must have at most " + std::to_string(row_longest) + " bytes", "a longer row"}; }

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

/// The text of one row into its value; false when it cannot be read.
bool parse_row(std::string_view text, written_row& into) {
  auto parsed = parse_json(text);
  if (auto* problems = std::get_if<std::vector<violation>>(&parsed)) {
    into.problems = std::move(*problems);
    return false;
  }
  into.value = std::move(std::get<json>(parsed));
  return true;
}

class line_stream final : public row_stream {
 public:
  using row_stream::row_stream;
  row_found next(written_row& into) override {
    for (;;) {
      into.line = bytes_.line();
      switch (bytes_.take_line(text_, row_longest)) {
        case byte_reader::line_found::none: return bytes_.failed() ? row_found::broken : row_found::end;
        case byte_reader::line_found::too_long: into.problems.push_back(too_long()); return row_found::bad;
        case byte_reader::line_found::whole: break;
      }
      if (!is_blank(text_)) return parse_row(text_, into) ? row_found::good : row_found::bad;
    }
  }

 private:
  std::string text_;
};

/// Finds where elements end by brackets and quotes alone; what stands between is for the parser to judge.
class array_stream final : public row_stream {
 public:
  using row_stream::row_stream;
  row_found next(written_row& into) override {
    bytes_.skip_blanks();
    into.line = bytes_.line();
    if (!begun_) {
      if (bytes_.take() != '[') return broken(into, "must begin with [");
      begun_ = true;
      bytes_.skip_blanks();
      into.line = bytes_.line();
      if (bytes_.peek() == ']') last_ = ']', bytes_.take();
    }
    if (last_ == ']') {
      bytes_.skip_blanks();
      if (bytes_.peek() >= 0) return broken(into, "must have nothing behind the ] that ends its list");
      return bytes_.failed() ? row_found::broken : row_found::end;
    }
    bool whole = true;
    if (!take_element(whole)) return broken(into, "must end with ]: it ends inside of its list. Is it cut off?");
    if (!whole) {
      into.problems.push_back(too_long());
      return row_found::bad;
    }
    // Where one element's brackets are wrong, nobody knows where the next one begins.
    return parse_row(text_, into) ? row_found::good : row_found::broken;
  }

 private:
  row_found broken(written_row& into, const char* problem) {
    if (!bytes_.failed()) into.problems.push_back({"", problem, ""});
    return row_found::broken;
  }

  /// Takes an element and the , or ] behind it. False at the end of the file.
  bool take_element(bool& whole) {
    text_.clear();
    int depth = 0;
    bool quoted = false;
    bool escaped = false;
    for (;;) {
      const int byte = bytes_.take();
      if (byte < 0) return false;
      if (!quoted && depth == 0 && (byte == ',' || byte == ']')) {
        last_ = byte;
        return true;
      }
      if (quoted) {
        if (byte == '"' && !escaped) quoted = false;
        escaped = byte == '\\' && !escaped;
      } else if (byte == '"') {
        quoted = true;
      } else if (byte == '[' || byte == '{') {
        ++depth;
      } else if (byte == ']' || byte == '}') {
        --depth;
      }
      if (text_.size() < row_longest)
        text_ += static_cast<char>(byte);
      else
        whole = false;
    }
  }

  std::string text_;
  bool begun_ = false;
  int last_ = 0;  ///< what stood behind the element before: , or ]
};

}  // namespace

std::unique_ptr<row_stream> read_json_lines(std::unique_ptr<byte_source> source) {
  return std::make_unique<line_stream>(std::move(source));
}
std::unique_ptr<row_stream> read_json_array(std::unique_ptr<byte_source> source) {
  return std::make_unique<array_stream>(std::move(source));
}

}  // namespace rltrader::storage
