// SHA-256 by the SHA extensions of x86-64 processors, asked for when the program runs.
#include "domain/sha256_blocks.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace rltrader {

namespace {

/// Both the SHA instructions and the SSE ones that go with them here.
bool processor_can() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

/// The eight words as the instructions want them: a b e f and c d g h, from the highest lane down.
struct lanes {
  __m128i abef;
  __m128i cdgh;
};

/// Four rounds with the words of `w0`, which then become the words of four rounds that come 16 later.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void four_rounds(lanes& s, __m128i& w0, __m128i w1, __m128i w2,
                                                                          __m128i w3, const std::uint32_t* constants) {
  const auto k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(constants));
  const auto added = _mm_add_epi32(w0, k);
  s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, added);
  s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(added, 0x0e));
  const auto sums = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
  w0 = _mm_sha256msg2_epu32(sums, w3);
}

[[gnu::target("sha,sse4.1")]] void sha_extension_blocks(sha256_state& state, const std::uint8_t* blocks,
                                                        std::size_t count) {
  const auto big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  auto* words = reinterpret_cast<__m128i*>(state.data());
  const auto cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xb1);
  const auto efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1b);
  lanes s{_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
  for (; count > 0; --count, blocks += 64) {
    const auto before = s;
    const auto* from = reinterpret_cast<const __m128i*>(blocks);
    auto w0 = _mm_shuffle_epi8(_mm_loadu_si128(from), big_endian);
    auto w1 = _mm_shuffle_epi8(_mm_loadu_si128(from + 1), big_endian);
    auto w2 = _mm_shuffle_epi8(_mm_loadu_si128(from + 2), big_endian);
    auto w3 = _mm_shuffle_epi8(_mm_loadu_si128(from + 3), big_endian);
    for (std::size_t round = 0; round < sha256_round_constants.size(); round += 16) {
      const auto* k = sha256_round_constants.data() + round;
      four_rounds(s, w0, w1, w2, w3, k);
      four_rounds(s, w1, w2, w3, w0, k + 4);
      four_rounds(s, w2, w3, w0, w1, k + 8);
      four_rounds(s, w3, w0, w1, w2, k + 12);
    }
    s.abef = _mm_add_epi32(s.abef, before.abef);
    s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
  }
  const auto feba = _mm_shuffle_epi32(s.abef, 0x1b);
  const auto dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
  _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace

sha256_blocks processor_sha256_blocks() { return processor_can() ? sha_extension_blocks : nullptr; }

}  // namespace rltrader

#else

namespace rltrader {

sha256_blocks processor_sha256_blocks() { return nullptr; }

}  // namespace rltrader

#endif
