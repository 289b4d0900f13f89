// SHA-256 on the examples that NIST published for FIPS 180-4, and in pieces.
#include "domain/sha256.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

TEST(sha256, agrees_with_the_published_examples) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      sha256_hex(
          "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
          "nopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(sha256, does_not_care_how_the_bytes_are_cut) {
  for (const std::size_t length : {1u, 54u, 55u, 56u, 57u, 63u, 64u, 65u, 119u, 120u, 128u, 200u}) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(i * 37);
    for (std::size_t piece = 1; piece <= length; piece += 13) {
      sha256 hash;
      for (std::size_t i = 0; i < length; i += piece) hash.update(std::string_view(text).substr(i, piece));
      const auto digest = hash.finish();
      ASSERT_EQ(hex_of(digest.data(), digest.size()), sha256_hex(text)) << length << " in pieces of " << piece;
    }
  }
}

TEST(sha256, is_the_same_by_the_processor_and_in_plain_code) {
  const auto by_processor = processor_sha256_blocks();
  if (by_processor == nullptr) GTEST_SKIP() << "this processor has no instructions for it";
  std::string text;
  for (std::size_t length = 0; length <= 300; ++length) {
    const auto plain = sha256(plain_sha256_blocks).update(text).finish();
    ASSERT_EQ(sha256(by_processor).update(text).finish(), plain) << length;
    ASSERT_EQ(sha256().update(text).finish(), plain) << length;
    text += static_cast<char>(length * 167 + length / 256);
  }
}

}  // namespace
}  // namespace rltrader
