// By bytes and without a locale; decimals are moved as text or in fixed point, never through a double.
#include "cli/text.hpp"

#include "domain/money.hpp"
#include "runtime/text_tools.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace rltrader::cli {

namespace {

constexpr char escape = '\x1b';

/// How long the escape sequence at the start of the text is; what is not a whole one counts the escape alone.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return 1;
  if (text[1] == '[') {
    std::size_t at = 2;
    while (at < text.size() && text[at] >= 0x20 && text[at] <= 0x3f) ++at;
    return at < text.size() && text[at] >= 0x40 && text[at] <= 0x7e ? at + 1 : 2;
  }
  // Strings for the terminal itself (titles, links, clipboard) end in BEL or ESC backslash.
  if (std::string_view("]P_^X").find(text[1]) != std::string_view::npos) {
    const auto bell = text.find('\a');
    const auto terminator = text.find("\x1b\\", 2);
    const auto end = std::min(bell == std::string_view::npos ? bell : bell + 1,
                              terminator == std::string_view::npos ? terminator : terminator + 2);
    return end == std::string_view::npos ? 2 : end;
  }
  return 1;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i])); };
  switch (sequence.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3: return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    default: return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
  }
}

/// Characters that print nothing and change how others look: controls, zero widths, directions, tags.
bool unseen(std::uint32_t c) {
  struct range {
    std::uint32_t first, last;
  };
  constexpr std::array ranges{range{0x00, 0x1f},     range{0x7f, 0x9f},     range{0xad, 0xad},
                              range{0x61c, 0x61c},   range{0x180e, 0x180e}, range{0x200b, 0x200f},
                              range{0x202a, 0x202e}, range{0x2060, 0x206f}, range{0xfe00, 0xfe0f},
                              range{0xfeff, 0xfeff}, range{0xfff9, 0xfffb}, range{0xe0000, 0xe0fff}};
  return std::any_of(ranges.begin(), ranges.end(), [&](range r) { return c >= r.first && c <= r.last; });
}
bool line_end(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

}  // namespace

std::string plain_text(std::string_view foreign) {
  std::string out;
  while (!foreign.empty()) {
    if (foreign[0] == escape) {
      foreign.remove_prefix(sequence_length(foreign));
      continue;
    }
    const auto length = utf8_sequence(foreign);
    if (length == 0) {
      out += '?';
      foreign.remove_prefix(1);
      continue;
    }
    const auto c = code_point(foreign.substr(0, length));
    if (line_end(c))
      out += ' ';
    else if (!unseen(c))
      out += foreign.substr(0, length);
    foreign.remove_prefix(length);
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t end = 0;
  for (std::size_t kept = 0; kept + 1 < columns && end < text.size(); ++kept)
    end += std::max<std::size_t>(1, utf8_sequence(text.substr(end)));
  return std::string(text.substr(0, end)) + "…";
}

std::string money_text(std::string_view decimal) {
  const auto amount = money::parse(decimal);
  if (!amount) return std::string(decimal);
  constexpr std::int64_t raw_per_cent = fixed_scale / 100;
  // Away from zero at the half, in whole cents.
  const bool negative = amount->negative();
  const auto cents = (std::abs(amount->raw()) + raw_per_cent / 2) / raw_per_cent;
  auto whole = std::to_string(cents / 100);
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, 1, ',');
  const auto rest = std::to_string(cents % 100);
  return (negative && cents > 0 ? "-" : "") + whole + (rest.size() == 1 ? ".0" : ".") + rest;
}

std::string signed_money_text(std::string_view decimal) {
  auto text = money_text(decimal);
  const auto amount = money::parse(decimal);
  if (amount && amount->positive() && text != "0.00") text.insert(0, 1, '+');
  return text;
}

std::string percent_text(std::string_view fraction) {
  const auto part = rate::parse(fraction);
  if (!part) return std::string(fraction);
  try {
    return money_text(part->scaled(100, 1).text()) + " %";
  } catch (const arithmetic_overflow&) {
    return std::string(fraction);
  }
}

std::string short_decimal(std::string_view decimal) {
  if (decimal.find('.') == std::string_view::npos ||
      decimal.find_first_not_of("+-.0123456789") != std::string_view::npos)
    return std::string(decimal);
  decimal = decimal.substr(0, decimal.find_last_not_of('0') + 1);
  if (decimal.ends_with('.')) decimal.remove_suffix(1);
  return std::string(decimal);
}

std::string span_text(milliseconds span) {
  const auto ms = span.count();
  if (ms < 0) return "-" + span_text(milliseconds{-std::max(ms, -std::int64_t{9'000'000'000'000'000})});
  const auto with = [](std::int64_t most, const char* unit, std::int64_t rest, const char* rest_unit) {
    return std::to_string(most) + unit + (rest > 0 ? " " + std::to_string(rest) + rest_unit : "");
  };
  const auto s = ms / 1000;
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (s < 120) return std::to_string(s) + " s";
  if (s < 7200) return std::to_string(s / 60) + " min";
  constexpr std::int64_t day = 86'400;
  if (s < 2 * day) return with(s / 3600, " h", s % 3600 / 60, " min");
  return with(s / day, " d", s % day / 3600, " h");
}

std::optional<milliseconds> span_of(std::string_view text) {
  std::int64_t unit = 1000;
  if (text.ends_with("ms")) {
    unit = 1;
    text.remove_suffix(2);
  } else if (text.ends_with('s') || text.ends_with('m')) {
    unit = text.ends_with('m') ? 60'000 : 1000;
    text.remove_suffix(1);
  }
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t most = 3'600'000;
  if (text.empty() || wrong != std::errc{} || end != text.data() + text.size() || number < 1 || number > most / unit)
    return std::nullopt;
  return milliseconds{number * unit};
}

std::string time_text(std::string_view rfc3339) {
  const auto at = rfc3339_parse(rfc3339);
  if (!at) return std::string(rfc3339);
  auto text = rfc3339_text(*at).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string url_escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool free = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (free)
      out += c;
    else
      (out += '%') += {digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

}  // namespace rltrader::cli
