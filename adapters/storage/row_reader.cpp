// Tells formats apart, reads rows by shape and gathers what is wrong.
#include "adapters/storage/row_reader.hpp"

#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/row_values.hpp"

#include <algorithm>
#include <filesystem>

namespace rltrader::storage {

namespace {

constexpr std::size_t noted_most = 10;
constexpr std::size_t beginning_most = 4096;  // bytes that tell the format

/// The first bytes of a file.
result<std::string> beginning_of(const std::string& path) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  std::string bytes(beginning_most, '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto count = (*source)->read(bytes.data() + at, bytes.size() - at);
    if (!count) return count.error();
    if (*count == 0) break;
    at += *count;
  }
  bytes.resize(at);
  return bytes;
}

std::string ending_of(const std::string& path) {
  auto ending = std::filesystem::path(path).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return ending;
}

failure no_format(const std::string& path, const std::string& what) {
  return {errc::malformed,
          path + " " + what +
              "; rows are read from JSONL, a JSON array, CSV (its name ends in .csv) or the ZIP archive of a "
              "Convex export, all in UTF-8"};
}

std::string shown(const violation& v) {
  auto out = (v.field.empty() ? "" : printable(v.field) + " ") + v.problem;
  if (!v.was.empty()) out += ", was " + printable(v.was);
  return out;
}

/// What read_json calls intent.content.pair is intent_content_pair in a file of columns.
void name_columns(const shape& record, std::vector<violation>& problems) {
  for (const auto& l : leaves_of(record))
    for (auto& v : problems)
      if (v.field.starts_with(l.path) &&
          (v.field.size() == l.path.size() || v.field.find_first_of(".[", l.path.size()) == l.path.size()))
        v.field = l.name + v.field.substr(l.path.size());
}

}  // namespace

result<row_reader::format> row_reader::format_of(const std::string& path, std::string_view beginning) {
  const auto ending = ending_of(path);
  if (beginning.empty()) return format::empty;
  if (beginning.starts_with("PK\x03\x04") || beginning.starts_with("PK\x05\x06")) return format::zip;
  if (ending == ".zip") return no_format(path, "is called .zip, but is no ZIP archive");
  if (beginning.starts_with("\x1f\x8b")) return no_format(path, "is packed by gzip: unpack it first");
  if (beginning.starts_with("\xff\xfe") || beginning.starts_with("\xfe\xff"))
    return no_format(path, "is UTF-16: convert it first");
  if (ending == ".csv") return format::csv;
  if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
  const auto first = beginning.find_first_not_of(" \t\r\n");
  const bool named_json = ending == ".jsonl" || ending == ".ndjson" || ending == ".json";
  if (first == beginning.npos && (named_json || beginning.size() < beginning_most)) return format::json_lines;
  if (first != beginning.npos && beginning[first] == '[') return format::json_array;
  if (first != beginning.npos && (beginning[first] == '{' || named_json)) return format::json_lines;
  return no_format(path, "is of no known format: it begins with '" + printable(beginning.substr(0, 20)) + "'");
}

row_reader::row_reader(const table& t, std::string shown, format f, std::unique_ptr<row_stream> stream)
    : table_(t), shown_(std::move(shown)), format_(f), stream_(std::move(stream)) {}

result<std::unique_ptr<row_reader>> row_reader::open(const std::string& path, const table& t) {
  const auto beginning = beginning_of(path);
  if (!beginning) return beginning.error();
  const auto f = format_of(path, *beginning);
  if (!f) return f.error();
  const auto member = std::string(t.name) + "/documents.jsonl";
  auto source = *f == format::zip ? open_zip_source(path, member) : open_file_source(path);
  if (!source) return source.error();
  std::unique_ptr<row_stream> stream;
  switch (*f) {
    case format::empty:
    case format::json_lines:
    case format::zip: stream = read_json_lines(std::move(*source)); break;
    case format::json_array: stream = read_json_array(std::move(*source)); break;
    case format::csv: stream = read_csv(std::move(*source), *t.of); break;
  }
  const auto shown = *f == format::zip ? path + " " + member : path;
  return std::unique_ptr<row_reader>(new row_reader(t, shown, *f, std::move(stream)));
}

double row_reader::progress() const { return stream_->progress(); }

bool row_reader::read(any_row& into, std::string& source) {
  source.clear();
  auto& problems = row_.problems;
  if (format_ == format::zip) settle_document(*table_.of, row_.value);
  refuse_nul(row_.value, "", problems);
  if (row_.value.is_object()) {
    if (const auto given = row_.value.find("_source"); given != row_.value.end()) {
      if (given->is_string())
        source = given->get<std::string>();
      else if (!given->is_null())
        problems.push_back({"_source", "must be text", ""});
      row_.value.erase(given);
    }
  }
  read_json(*table_.of, row_.value, into.get(), problems);
  if (format_ == format::csv) name_columns(*table_.of, problems);
  return problems.empty();
}

void row_reader::note_problems() {
  for (const auto& v : row_.problems) {
    ++problems_;
    if (noted_.size() < noted_most) noted_.push_back("line " + std::to_string(row_.line) + ": " + shown(v));
  }
}

failure row_reader::refusal() const {
  if (noted_.size() == 1 && problems_ == 1) return {errc::malformed, shown_ + " " + noted_.front()};
  auto text = shown_ + " has " + grouped(problems_) + " errors:";
  for (const auto& line : noted_) text += "\n  " + line;
  const auto more = problems_ - static_cast<std::int64_t>(noted_.size());
  if (more > 0) text += "\n  and " + grouped(more) + " more";
  return {errc::malformed, std::move(text)};
}

result<bool> row_reader::next(any_row& into, std::string& source) {
  while (!failed_) {
    row_.problems.clear();
    const auto found = stream_->next(row_);
    if (found == row_found::good && read(into, source) && problems_ == 0) {
      ++rows_;
      return true;
    }
    note_problems();
    if (found == row_found::good || found == row_found::bad) continue;
    if (stream_->failed())
      failed_ = *stream_->failed();
    else if (problems_ > 0)
      failed_ = refusal();
    else
      return false;
  }
  return *failed_;
}

}  // namespace rltrader::storage
