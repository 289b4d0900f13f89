// The name of an order's slot and the fingerprint of its content: both hashes over a text that cannot be read two ways.
#include "domain/order.hpp"

#include "domain/instrument.hpp"
#include "domain/sha256.hpp"

#include <array>
#include <string_view>

namespace rltrader {

namespace {

/// Each part with its length before it, so that no two lists of parts give the same text.
class canonical_text {
 public:
  explicit canonical_text(std::string_view what) { add(what); }
  canonical_text& add(std::string_view part) {
    text_ += std::to_string(part.size());
    text_ += ':';
    text_ += part;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The digest as a number in base 36, its last `digits` digits. 28 of them keep 144 of the 256 bits.
std::string base36_of(const sha256::digest& number, std::size_t digits) {
  constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::array<std::uint32_t, 8> words{};  // the highest first
  for (std::size_t i = 0; i < number.size(); ++i) words[i / 4] = words[i / 4] << 8 | number[i];
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0;) {
    std::uint64_t remainder = 0;
    for (auto& word : words) {
      const auto value = remainder << 32 | word;
      word = static_cast<std::uint32_t>(value / 36);
      remainder = value % 36;
    }
    out[i] = alphabet[remainder];
  }
  return out;
}

std::string text_or_none(const std::optional<price>& p) { return p ? p->text() : "none"; }

}  // namespace

// The venue's symbol names the pair here: another spelling of the same pair must not make a second order of the same slot.
order_id order_id_of(const order_slot& slot) {
  canonical_text text("order_slot");
  text.add(slot.installation).add(slot.account).add(text_of(slot.mode)).add(symbol_of(slot.pair));
  text.add(std::to_string(ms_of(slot.bar_open))).add(text_of(slot.leg)).add(std::to_string(slot.ordinal));
  return order_id{"rl" + base36_of(sha256{}.update(text.text()).finish(), 28)};
}

std::string fingerprint_of(const order_content& content) {
  canonical_text text("order_content");
  text.add(symbol_of(content.pair))
      .add(text_of(content.side))
      .add(text_of(content.leg_side))
      .add(text_of(content.type));
  text.add(content.quantity.text()).add(text_or_none(content.limit)).add(text_or_none(content.trigger));
  text.add(content.reduce_only ? "reduce_only" : "may_increase");
  return sha256_hex(text.text());
}

}  // namespace rltrader
