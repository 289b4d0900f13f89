// SHA-256 as FIPS 180-4 section 6.2 defines it.
#include "domain/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rltrader {

namespace {

// The first 32 bits of the fractional parts of the square roots of the first eight primes (FIPS 180-4, 5.3.3).
constexpr sha256_state first_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

std::uint32_t read_big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | std::uint32_t{at[3]};
}

std::array<std::uint32_t, 64> schedule_of(const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) w[i] = read_big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const auto s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const auto s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  return w;
}

/// Asked of the processor once.
sha256_blocks fastest_blocks() {
  static const auto by_processor = processor_sha256_blocks();
  return by_processor != nullptr ? by_processor : plain_sha256_blocks;
}

}  // namespace

void plain_sha256_blocks(sha256_state& state, const std::uint8_t* blocks, std::size_t count) {
  for (; count > 0; --count, blocks += 64) {
    const auto w = schedule_of(blocks);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
      const auto s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const auto choice = (e & f) ^ (~e & g);
      const auto first = h + s1 + choice + sha256_round_constants[i] + w[i];
      const auto s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const auto majority = (a & b) ^ (a & c) ^ (b & c);
      h = g, g = f, f = e, e = d + first;
      d = c, c = b, b = a, a = first + s0 + majority;
    }
    const sha256_state change{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += change[i];
  }
}

sha256::sha256() : sha256(fastest_blocks()) {}
sha256::sha256(sha256_blocks blocks) : blocks_(blocks), state_(first_state) {}

sha256& sha256::update(std::string_view bytes) {
  const auto filled = static_cast<std::size_t>(length_ % block_.size());
  length_ += bytes.size();
  if (filled > 0) {
    const auto taken = std::min(bytes.size(), block_.size() - filled);
    std::memcpy(block_.data() + filled, bytes.data(), taken);
    bytes.remove_prefix(taken);
    if (filled + taken < block_.size()) return *this;
    blocks_(state_, block_.data(), 1);
  }
  const auto whole = bytes.size() / block_.size();
  blocks_(state_, reinterpret_cast<const std::uint8_t*>(bytes.data()), whole);
  bytes.remove_prefix(whole * block_.size());
  if (!bytes.empty()) std::memcpy(block_.data(), bytes.data(), bytes.size());
  return *this;
}

sha256::digest sha256::finish() {
  // One bit set, zeros up to eight bytes before the end of a block, then the length in bits.
  std::array<char, 128> tail{};
  tail[0] = static_cast<char>(0x80);
  const auto filled = static_cast<std::size_t>(length_ % block_.size());
  const auto zeros_end = filled < 56 ? 56 - filled : 120 - filled;
  for (std::size_t i = 0; i < 8; ++i) tail[zeros_end + i] = static_cast<char>(length_ * 8 >> (56 - 8 * i) & 0xff);
  update({tail.data(), zeros_end + 8});

  digest out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

std::string hex_of(const std::uint8_t* bytes, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(2 * count, '0');
  for (std::size_t i = 0; i < count; ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256().update(bytes).finish();
  return hex_of(digest.data(), digest.size());
}

}  // namespace rltrader
