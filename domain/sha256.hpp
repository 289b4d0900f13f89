// SHA-256 (FIPS 180-4): fingerprints, hash chains and checksums without a library.
#pragma once

#include "domain/sha256_blocks.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rltrader {

/// Takes bytes piece by piece; finish() once, then it is used up.
class sha256 {
 public:
  using digest = std::array<std::uint8_t, 32>;

  sha256();  ///< by the fastest way of this machine
  explicit sha256(sha256_blocks blocks);
  sha256& update(std::string_view bytes);
  digest finish();

 private:
  sha256_blocks blocks_;
  sha256_state state_;
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t length_ = 0;  ///< bytes so far
};

/// Bytes as lower-case hexadecimal digits.
std::string hex_of(const std::uint8_t* bytes, std::size_t count);

/// The digest of a text as 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace rltrader
