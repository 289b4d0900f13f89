// Walks bytes once; texts without anything to mend are moved through.
#include "adapters/storage/keepable.hpp"

#include <algorithm>
#include <string_view>

namespace rltrader::storage {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t place) { return static_cast<unsigned char>(text[place]); }

/// The length of the well-formed character that begins here; 0 when none does (RFC 3629: no surrogates, nothing too long).
std::size_t length_of_character(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
  const auto second = byte_at(text, at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

}  // namespace

std::string keepable(std::string text) {
  const auto plain = [](char c) { return c > 0; };
  if (std::all_of(text.begin(), text.end(), plain)) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = length_of_character(text, at);
    if (length == 0)
      out += replacement;
    else
      out.append(text, at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

audit_note keepable(audit_note note) {
  for (auto* text : {&note.actor, &note.action, &note.resource_type, &note.resource_id})
    *text = keepable(std::move(*text));
  std::map<std::string, std::string> metadata;
  for (auto& [name, value] : note.metadata) metadata[keepable(name)] = keepable(std::move(value));
  note.metadata = std::move(metadata);
  return note;
}

std::string keepable_json(std::string text) {
  constexpr std::string_view nul = "\\u0000";
  if (text.find(nul) == text.npos) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
    } else if (std::string_view(text).substr(at, nul.size()) == nul) {
      out += replacement;
      at += nul.size();
    } else {
      out.append(text, at, 2);
      at += 2;
    }
  }
  return out;
}

}  // namespace rltrader::storage
