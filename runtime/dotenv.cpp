// A line at a time: key, equals, value; every problem is kept with its line.
#include "runtime/dotenv.hpp"

#include "runtime/text_tools.hpp"

#include <algorithm>
#include <unordered_map>

namespace rltrader {

namespace {

struct reading {
  std::string value;
  std::string problem;  ///< empty: read
};

reading wrong(std::string what) { return {{}, std::move(what)}; }

// What follows a closing quote may be blank or a comment, nothing else.
bool only_comment(std::string_view rest) {
  rest = trim(rest);
  return rest.empty() || rest.front() == '#';
}

reading read_single_quoted(std::string_view text) {
  const auto end = text.find('\'', 1);
  if (end == std::string_view::npos) return wrong("a single quote is opened and not closed on this line");
  if (!only_comment(text.substr(end + 1))) return wrong("something stands behind the closing quote");
  return {std::string(text.substr(1, end - 1)), {}};
}

reading read_double_quoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      if (!only_comment(text.substr(i + 1))) return wrong("something stands behind the closing quote");
      return {std::move(value), {}};
    }
    if (c != '\\' || i + 1 == text.size()) {
      value += c;
      continue;
    }
    switch (const char escaped = text[++i]) {
      case 'n': value += '\n'; break;
      case 'r': value += '\r'; break;
      case 't': value += '\t'; break;
      case '\\':
      case '"':
      case '$': value += escaped; break;
      default: value += '\\'; value += escaped;
    }
  }
  return wrong("a double quote is opened and not closed on this line");
}

// Up to a # that stands at the beginning or behind a blank: "a#b" is a value, "a #b" is "a" and a comment.
reading read_plain(std::string_view text) {
  std::size_t end = text.size();
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      end = i;
      break;
    }
  return {std::string(trim(text.substr(0, end))), {}};
}

reading read_dotenv_value(std::string_view text) {
  text = trim(text);
  if (text.starts_with('\'')) return read_single_quoted(text);
  if (text.starts_with('"')) return read_double_quoted(text);
  return read_plain(text);
}

bool is_key(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(), is_key_character);
}

std::string foreign_bytes(std::string_view line) {
  for (const char c : line) {
    if (c == '\0') return "holds a NUL byte";
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) return "holds a control character";
  }
  return is_utf8(line) ? std::string{} : "is not UTF-8";
}

// A file with this many problems is not a configuration; the rest of it is not read.
constexpr std::size_t problems_most = 100;

using known_lines = std::unordered_map<std::string, int>;

void read_line(std::string_view line, int number, known_lines& known, dotenv_file& out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (auto what = foreign_bytes(line); !what.empty()) {
    out.problems.push_back({number, {}, std::move(what)});
    return;
  }
  line = trim(line);
  if (line.empty() || line.front() == '#') return;
  constexpr std::string_view exported = "export ";
  if (line.starts_with(exported)) line = trim(line.substr(exported.size()));
  const auto equals = line.find('=');
  const auto key = trim(line.substr(0, equals));
  if (equals == std::string_view::npos || !is_key(key)) {
    out.problems.push_back({number, {}, "is not of the form KEY=VALUE"});
    return;
  }
  auto [value, problem] = read_dotenv_value(line.substr(equals + 1));
  if (!problem.empty()) {
    out.problems.push_back({number, std::string(key), std::move(problem)});
    return;
  }
  const auto [earlier, is_new] = known.try_emplace(std::string(key), number);
  if (is_new)
    out.entries.push_back({std::string(key), std::move(value), number});
  else
    out.problems.push_back({number, std::string(key), "is given already in line " + std::to_string(earlier->second)});
}

}  // namespace

dotenv_file parse_dotenv(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  dotenv_file out;
  known_lines known;
  for (int number = 1; !text.empty(); ++number) {
    if (out.problems.size() >= problems_most) {
      out.problems.push_back({number, {}, "and all after it are not read: too many problems"});
      break;
    }
    const auto end = text.find('\n');
    read_line(text.substr(0, end), number, known, out);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

}  // namespace rltrader
