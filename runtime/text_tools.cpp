// Trimming, lists, quoting, distances and UTF-8, all by bytes and without a locale.
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rltrader {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool in_range(char c, unsigned char least, unsigned char most) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= least && byte <= most;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  bool comment = false;
  const auto finish = [&] {
    if (const auto trimmed_item = trim(item); !trimmed_item.empty()) items.emplace_back(trimmed_item);
    item.clear();
  };
  for (const char c : text) {
    if (c == '\n') comment = false;
    if (c == '#') comment = true;
    if (c == ',' || c == '\n') {
      if (!comment) finish();
    } else if (!comment) {
      item += c;
    } else if (!item.empty()) {
      finish();
    }
  }
  finish();
  return items;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    if (i >= longest) {
      out += "...";
      break;
    }
    const auto length = utf8_sequence(text.substr(i));
    const bool control = length == 1 && (in_range(text[i], 0, 0x1f) || text[i] == 0x7f);
    if (length == 0 || control)
      out += '?';
    else
      out += text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return out + '"';
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last.back();
}

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto follows = [&](std::size_t at, unsigned char least, unsigned char most) {
    return text.size() > at && in_range(text[at], least, most);
  };
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    // Overlong forms begin e0 80..9f, surrogates ed a0..bf.
    const unsigned char least = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned char most = lead == 0xed ? 0x9f : 0xbf;
    return follows(1, least, most) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned char least = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xf4 ? 0x8f : 0xbf;
    return follows(1, least, most) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace rltrader
