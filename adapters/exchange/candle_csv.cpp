// Rows into candles and funding rates, with a sentence for each that cannot be one.
#include "adapters/exchange/candle_csv.hpp"

#include "adapters/exchange/decimal_text.hpp"
#include "adapters/exchange/text_lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

namespace rltrader {

namespace {

constexpr std::array<std::string_view, 6> candle_columns{"timestamp_ms", "open", "high", "low", "close", "volume"};
constexpr std::array<std::string_view, 2> funding_columns{"timestamp_ms", "funding_rate"};

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const auto name : names) out += (out.empty() ? "" : ",") + std::string(name);
  return out;
}

/// A foreign text as it may be shown: printable, short, in quotes.
std::string shown(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 40)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > 40 ? "...'" : "'");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Splits at commas into at most N fields; the true count is returned.
template <std::size_t N>
std::size_t split(std::string_view line, std::array<std::string_view, N>& fields) {
  std::size_t count = 0;
  for (;;) {
    const auto comma = line.find(',');
    if (count < N) fields[count] = trimmed(line.substr(0, comma));
    ++count;
    if (comma == std::string_view::npos) return count;
    line.remove_prefix(comma + 1);
  }
}

bool looks_like_header(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return false;
  const char c = line.front() == '"' && line.size() > 1 ? line[1] : line.front();
  return !(c >= '0' && c <= '9') && c != '-' && c != '+' && c != '.';
}

template <std::size_t N>
bool is_header(std::string_view line, const std::array<std::string_view, N>& names) {
  std::array<std::string_view, N> fields;
  if (split(line, fields) != N) return false;
  for (std::size_t i = 0; i < N; ++i) {
    const auto same = std::equal(fields[i].begin(), fields[i].end(), names[i].begin(), names[i].end(),
                                 [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
    if (!same) return false;
  }
  return true;
}

// 1990 and 2100; recorded markets lie between, and seconds or microseconds do not.
constexpr std::int64_t earliest_ms = 631'152'000'000;
constexpr std::int64_t latest_ms = 4'102'444'800'000;

/// The time of a row, or nothing with the reason noted.
std::optional<instant> read_time(std::string_view text, std::int64_t line, csv_findings& found) {
  std::int64_t ms = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) {
    found.note("bad_time", line, "timestamp_ms must be milliseconds since 1970, was " + shown(text));
    return std::nullopt;
  }
  if (ms >= earliest_ms && ms < latest_ms) return instant_of_ms(ms);
  if (ms >= earliest_ms / 1000 && ms < latest_ms / 1000)
    found.note("time_in_seconds", line, "timestamp_ms is in seconds, milliseconds are needed, was " + shown(text));
  else if (ms >= earliest_ms * 1000)
    found.note("time_too_fine", line, "timestamp_ms is finer than milliseconds or lies after 2100, was " + shown(text));
  else
    found.note("bad_time", line, "timestamp_ms must lie between 1990 and 2100, was " + shown(text));
  return std::nullopt;
}

bool named_no_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && (text.front() == 'n' || text.front() == 'N' || text.front() == 'i' || text.front() == 'I');
}

std::optional<candle> read_candle(std::span<const std::string_view, 6> fields, std::int64_t line, csv_findings& found) {
  const auto time = read_time(fields[0], line, found);
  if (!time) return std::nullopt;
  std::array<std::int64_t, 6> raw{};
  for (std::size_t i = 1; i < raw.size(); ++i) {
    const bool is_price = i < 5;
    const auto value = decimal_raw(fields[i]);
    if (value && (is_price ? *value > 0 : *value >= 0)) {
      raw[i] = *value;
      continue;
    }
    const auto* kind = value ? (*value == 0 ? "zero_price" : "negative")
                             : (named_no_number(fields[i]) ? "not_finite" : "not_a_number");
    found.note(kind, line,
               std::string(candle_columns[i]) +
                   (is_price ? " must be a positive decimal, was " : " must be a decimal of at least 0, was ") +
                   shown(fields[i]));
    return std::nullopt;
  }
  const candle c{*time,
                 price::of_raw(raw[1]),
                 price::of_raw(raw[2]),
                 price::of_raw(raw[3]),
                 price::of_raw(raw[4]),
                 quantity::of_raw(raw[5])};
  const auto defect = candle_defect(c);
  if (defect.empty()) return c;
  found.note(c.high < c.low ? "high_below_low" : "outside_range", line,
             std::string(defect) + ", was open " + c.open.text() + " high " + c.high.text() + " low " + c.low.text() +
                 " close " + c.close.text());
  return std::nullopt;
}

/// A row with the line that it stood in.
template <class Row>
struct numbered {
  Row row;
  std::int64_t line;
};

/// Reads all rows with `read_row`; a refusal is in the findings.
template <class Row, std::size_t N, class Reader>
std::vector<numbered<Row>> read_rows(const std::string& path, const std::array<std::string_view, N>& columns,
                                     csv_findings& found, Reader read_row) {
  std::vector<numbered<Row>> rows;
  text_lines in(path);
  std::string_view line;
  std::array<std::string_view, N> fields;
  while (in.next(line)) {
    if (trimmed(line).empty() && !in.too_long()) continue;
    if (found.rows == 0 && rows.empty() && looks_like_header(line)) {
      if (is_header(line, columns)) continue;
      if (in.number() == 1) {
        found.refused = "has the wrong columns: " + joined(columns) + " are needed, was " + shown(line);
        return {};
      }
    }
    ++found.rows;
    const auto count = in.too_long() ? 0 : split(line, fields);
    if (count == N) {
      if (auto row = read_row(std::span<const std::string_view, N>(fields), in.number()))
        rows.push_back({std::move(*row), in.number()});
      else
        ++found.defective;
      continue;
    }
    if (found.rows == 1 && !in.too_long()) {
      found.refused =
          "has " + std::to_string(count) + " columns, " + std::to_string(N) + " are needed: " + joined(columns);
      return {};
    }
    ++found.defective;
    if (in.too_long())
      found.note("line_too_long", in.number(),
                 "the line is longer than " + std::to_string(text_lines::longest) + " bytes");
    else
      found.note("wrong_columns", in.number(),
                 "has " + std::to_string(count) + " columns, " + std::to_string(N) + " are needed");
  }
  if (!in.failed().empty()) {
    found.refused = in.failed() + " (after line " + std::to_string(in.number()) + ")";
    return {};
  }
  if (found.rows == 0) found.refused = in.number() == 0 ? "is empty" : "has no rows";
  return rows;
}

/// Sorts by time and keeps the first of each.
template <class Row>
void put_in_order(std::vector<numbered<Row>>& rows, csv_findings& found) {
  bool sorted = true;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (time_of(rows[i].row) >= time_of(rows[i - 1].row)) continue;
    sorted = false;
    found.note("out_of_order", rows[i].line, "is older than the row before it; the rows were sorted");
  }
  if (!sorted)
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return time_of(a.row) < time_of(b.row); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && time_of(rows[i].row) == time_of(rows[kept - 1].row)) {
      const auto first = std::to_string(rows[kept - 1].line);
      if (rows[i].row == rows[kept - 1].row) {
        found.note("duplicate", rows[i].line, "repeats line " + first + "; it was dropped");
      } else {
        found.note("conflict", rows[i].line, "has the time of line " + first + " but other values; the first was kept");
        ++found.defective;
      }
      continue;
    }
    if (kept != i) rows[kept] = std::move(rows[i]);
    ++kept;
  }
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end());
}

std::string counts_text(const csv_findings& found) {
  std::string out;
  for (const auto& [kind, count] : found.counts) out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
  return out;
}

/// One defective row in a hundred is what a recording may have.
void refuse_if_too_many(csv_findings& found) {
  if (!found.refused.empty() || found.defective * 100 <= found.rows) return;
  found.refused = std::to_string(found.defective) + " of " + std::to_string(found.rows) +
                  " rows are defective, more than 1 % (" + counts_text(found) + ")";
}

/// The spacing that most rows have, as an interval; a wrong interval would otherwise look like gaps or strays.
std::optional<milliseconds> usual_spacing(const std::vector<numbered<candle>>& rows) {
  std::map<milliseconds, std::size_t> counts;
  for (std::size_t i = 1; i < rows.size(); ++i) ++counts[rows[i].row.open_time - rows[i - 1].row.open_time];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end() || most->second * 2 <= rows.size() - 1) return std::nullopt;
  return most->first;
}

std::string length_text(milliseconds length) {
  for (const auto& w : words(interval{}))
    if (nominal_length(w.value) == length) return w.text;
  return std::to_string(length.count()) + " ms";
}

void drop_strays(std::vector<numbered<candle>>& rows, interval i, csv_findings& found) {
  std::erase_if(rows, [&](const numbered<candle>& row) {
    if (open_of(i, row.row.open_time) == row.row.open_time) return false;
    found.note("off_grid", row.line,
               "timestamp_ms is not the open of a bar of " + std::string(text_of(i)) + ", was " +
                   std::to_string(ms_of(row.row.open_time)));
    ++found.defective;
    return true;
  });
}

void note_gaps(const std::vector<numbered<candle>>& rows, interval i, csv_findings& found) {
  for (std::size_t n = 1; n < rows.size(); ++n) {
    const auto due = next_open(i, rows[n - 1].row.open_time);
    const auto here = rows[n].row.open_time;
    if (here == due) continue;
    const auto missing = (here - due) / nominal_length(i);
    found.note("gap", rows[n].line,
               std::to_string(missing) + " bars of " + std::string(text_of(i)) + " are missing before this row");
    found.counts["missing_bars"] += missing;
  }
}

csv_findings findings_of(const std::string& path) {
  csv_findings found;
  found.file = std::filesystem::path(path).filename().string();
  return found;
}

template <class Row>
std::vector<Row> without_numbers(std::vector<numbered<Row>>&& rows) {
  std::vector<Row> out;
  out.reserve(rows.size());
  for (auto& row : rows) out.push_back(std::move(row.row));
  return out;
}

}  // namespace

void csv_findings::note(const std::string& kind, std::int64_t line, const std::string& sentence) {
  const auto count = static_cast<std::size_t>(++counts[kind]);
  if (count <= spelled_most) lines.push_back(file + ":" + std::to_string(line) + ": " + sentence);
  if (count == spelled_most + 1) lines.push_back(file + ": more of '" + kind + "' is counted and not listed");
}

candle_file read_candle_csv(const std::string& path, interval i) {
  candle_file out{findings_of(path), {}};
  auto& found = out.found;
  auto rows = read_rows<candle>(
      path, candle_columns, found,
      [&](std::span<const std::string_view, 6> fields, std::int64_t line) { return read_candle(fields, line, found); });
  if (!found.refused.empty()) return out;
  put_in_order(rows, found);
  const auto spacing = usual_spacing(rows);
  if (spacing && *spacing != nominal_length(i) && i != interval::mo1) {
    found.refused =
        "its rows are " + length_text(*spacing) + " apart, but its interval is said to be " + std::string(text_of(i));
    return out;
  }
  drop_strays(rows, i, found);
  refuse_if_too_many(found);
  if (!found.refused.empty()) return out;
  note_gaps(rows, i, found);
  found.kept = static_cast<std::int64_t>(rows.size());
  out.rows = without_numbers(std::move(rows));
  return out;
}

funding_file read_funding_csv(const std::string& path, const pair_name& pair) {
  funding_file out{findings_of(path), {}};
  auto& found = out.found;
  const auto read_funding = [&](std::span<const std::string_view, 2> fields,
                                std::int64_t line) -> std::optional<funding> {
    const auto time = read_time(fields[0], line, found);
    if (!time) return std::nullopt;
    const auto raw = decimal_raw(fields[1]);
    // A rate beyond 100 % of the notional is no funding rate.
    if (raw && *raw > -fixed_scale && *raw < fixed_scale) return funding{pair, *time, rate::of_raw(*raw)};
    found.note(named_no_number(fields[1]) ? "not_finite" : "not_a_number", line,
               "funding_rate must be a decimal between -1 and 1, was " + shown(fields[1]));
    return std::nullopt;
  };
  auto rows = read_rows<funding>(path, funding_columns, found, read_funding);
  if (!found.refused.empty()) return out;
  put_in_order(rows, found);
  refuse_if_too_many(found);
  if (!found.refused.empty()) return out;
  found.kept = static_cast<std::int64_t>(rows.size());
  out.rows = without_numbers(std::move(rows));
  return out;
}

}  // namespace rltrader
