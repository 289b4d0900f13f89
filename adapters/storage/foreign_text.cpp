// Shows foreign texts and numbers.
#include "adapters/storage/foreign_text.hpp"

#include "adapters/storage/keepable.hpp"
#include "wire/json.hpp"

namespace rltrader::storage {

namespace {

/// How many bytes of a control character begin here: ASCII's have one, the 32 others that terminals know are C2 80 to C2 9F.
std::size_t control_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < ' ' || byte == 0x7f) return 1;
  return byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0 ? 2 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  const auto readable = keepable(shown_text(text));
  std::string out;
  for (std::size_t at = 0; at < readable.size();) {
    const auto control = control_at(readable, at);
    out += control > 0 ? '?' : readable[at];
    at += control > 0 ? control : 1;
  }
  return out;
}

std::string grouped(std::int64_t number) {
  auto text = std::to_string(number);
  const std::ptrdiff_t first = number < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace rltrader::storage
