// Reads and writes RFC 3339 by hand: g++ 12 has no chrono::parse, and a strict reader is short.
#include "wire/rfc3339.hpp"

#include "domain/result.hpp"

#include <chrono>
#include <cstddef>

namespace rltrader {

namespace {

// Exactly `width` digits, right-aligned with zeros.
void append_digits(std::string& out, unsigned value, std::size_t width) {
  std::string digits(width, '0');
  for (std::size_t i = width; i > 0; --i, value /= 10) digits[i - 1] = static_cast<char>('0' + value % 10);
  out += digits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Walks the text from the left; each step says whether the text went on as expected.
class cursor {
 public:
  explicit cursor(std::string_view text) : rest_(text) {}

  bool number(std::size_t width, unsigned& out) {
    if (rest_.size() < width) return false;
    out = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(rest_[i])) return false;
      out = out * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return true;
  }
  bool one_of(std::string_view allowed, char& out) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    out = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool literal(char wanted) {
    char ignored = 0;
    return one_of(std::string_view(&wanted, 1), ignored);
  }
  // The optional fraction as whole milliseconds.
  bool fraction(unsigned& ms) {
    ms = 0;
    if (rest_.empty() || rest_.front() != '.') return true;
    rest_.remove_prefix(1);
    std::size_t digits = 0;
    unsigned scale = 100;
    while (digits < rest_.size() && is_digit(rest_[digits])) {
      ms += scale * static_cast<unsigned>(rest_[digits] - '0');
      scale /= 10;
      ++digits;
    }
    rest_.remove_prefix(digits);
    return digits >= 1 && digits <= 9;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool year_fits(instant t) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(t)};
  return date.year() >= std::chrono::year{0} && date.year() <= std::chrono::year{9999};
}

// "Z" or "+07:00" as what must be subtracted to get UTC.
bool read_offset(cursor& at, minutes& offset) {
  char mark = 0;
  if (!at.one_of("Zz+-", mark)) return false;
  offset = minutes{0};
  if (mark == 'Z' || mark == 'z') return true;
  unsigned hour = 0;
  unsigned minute = 0;
  if (!at.number(2, hour) || !at.literal(':') || !at.number(2, minute) || hour > 23 || minute > 59) return false;
  const auto size = hours{hour} + minutes{minute};
  offset = mark == '+' ? size : -size;
  return true;
}

}  // namespace

std::string rfc3339_text(instant t) {
  must(year_fits(t), "a time outside the years 0 to 9999 has no RFC 3339 form");
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  std::string out;
  out.reserve(24);
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, static_cast<unsigned>(time.hours().count()), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(time.minutes().count()), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(time.seconds().count()), 2);
  out += '.';
  append_digits(out, static_cast<unsigned>(time.subseconds().count()), 3);
  out += 'Z';
  return out;
}

std::optional<instant> rfc3339_parse(std::string_view text) {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
  char separator = 0;
  minutes offset{0};
  cursor at(text);
  const bool read = at.number(4, year) && at.literal('-') && at.number(2, month) && at.literal('-') &&
                    at.number(2, day) && at.one_of("Tt", separator) && at.number(2, hour) && at.literal(':') &&
                    at.number(2, minute) && at.literal(':') && at.number(2, second) && at.fraction(ms) &&
                    read_offset(at, offset) && at.at_end();
  if (!read || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  const instant out{std::chrono::sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + milliseconds{ms} -
                    offset};
  return year_fits(out) ? std::optional(out) : std::nullopt;
}

}  // namespace rltrader
