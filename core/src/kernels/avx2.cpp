// AVX2: codes widened to int16, multiplied and summed in pairs.

#include <immintrin.h>

#include "kernels/algorithms.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct Avx2 {
  static constexpr std::size_t kWidth = 32;
  struct Bytes {
    __m256i low_i16x16, high_i16x16;
  };
  // Two chains of additions, so that neither waits for the other.
  struct Acc {
    __m256i even_i32x8, odd_i32x8;
  };
  struct Bias {};

  using Raw = __m256i;
  static Raw loadRaw(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static Raw loadRawPartial(const void* p, std::size_t n) { return loadZeroPadded<Avx2>(p, n); }
  static Raw splatRaw(std::uint8_t byte) { return _mm256_set1_epi8(static_cast<char>(byte)); }
  static Bytes widen(Raw raw) {
    return {_mm256_cvtepi8_epi16(_mm256_castsi256_si128(raw)),
            _mm256_cvtepi8_epi16(_mm256_extracti128_si256(raw, 1))};
  }
  static Bytes load(const std::int8_t* p) {
    const auto* halves = reinterpret_cast<const __m128i*>(p);
    return {_mm256_cvtepi8_epi16(_mm_loadu_si128(halves)),
            _mm256_cvtepi8_epi16(_mm_loadu_si128(halves + 1))};
  }
  static Bytes loadPartial(const std::int8_t* p, std::size_t n) {
    return widen(loadRawPartial(p, n));
  }

  static Raw lowHalves(Raw nibbles) { return _mm256_and_si256(nibbles, splatRaw(15)); }
  static Raw highHalves(Raw nibbles) {
    return _mm256_and_si256(_mm256_srli_epi16(nibbles, 4), splatRaw(15));
  }
  static Raw join(Raw high, Raw low) {
    return _mm256_sub_epi8(_mm256_or_si256(_mm256_slli_epi16(high, 4), low), splatRaw(136));
  }
  static Acc zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static Bias zeroBias() { return {}; }
  static Bias addBias(Bias bias, Bytes) { return bias; }
  static Bias plus(Bias a, Bias) { return a; }

  // A pair is 2 * 128 * 128 = 32,768 at most, which vpmaddwd holds in int32.
  static Acc add(Acc sum, Bytes a, Bytes b) {
    return {_mm256_add_epi32(sum.even_i32x8, _mm256_madd_epi16(a.low_i16x16, b.low_i16x16)),
            _mm256_add_epi32(sum.odd_i32x8, _mm256_madd_epi16(a.high_i16x16, b.high_i16x16))};
  }
  // A chunk adds four products of at most 15 * 128 to a lane: four chunks stay within int16.
  using Part = __m256i;
  static constexpr std::size_t kPartChunks = 4;
  static Part part(Acc) { return _mm256_setzero_si256(); }
  static Part addNibbles(Part sum_i16x16, Raw qLow, Raw qHigh, Raw row) {
    sum_i16x16 = _mm256_add_epi16(sum_i16x16, _mm256_maddubs_epi16(lowHalves(row), qLow));
    return _mm256_add_epi16(sum_i16x16, _mm256_maddubs_epi16(highHalves(row), qHigh));
  }
  static Acc settle(Acc sum, Part part_i16x16) {
    const __m256i part_i32x8 = _mm256_madd_epi16(part_i16x16, _mm256_set1_epi16(1));
    return {_mm256_add_epi32(sum.even_i32x8, part_i32x8), sum.odd_i32x8};
  }
  static std::int32_t reduce(Acc sum, Bias) {
    const __m256i sum_i32x8 = _mm256_add_epi32(sum.even_i32x8, sum.odd_i32x8);
    __m128i sum_i32x4 =
        _mm_add_epi32(_mm256_castsi256_si128(sum_i32x8), _mm256_extracti128_si256(sum_i32x8, 1));
    sum_i32x4 = _mm_add_epi32(sum_i32x4, _mm_unpackhi_epi64(sum_i32x4, sum_i32x4));
    sum_i32x4 = _mm_add_epi32(sum_i32x4, _mm_shuffle_epi32(sum_i32x4, 1));
    return _mm_cvtsi128_si32(sum_i32x4);
  }

  static __m256i whole(Acc sum) { return _mm256_add_epi32(sum.even_i32x8, sum.odd_i32x8); }
  static void reduceFour(const Acc* sums, std::int32_t* out) {
    const __m256i ab_i32x8 = _mm256_hadd_epi32(whole(sums[0]), whole(sums[1]));
    const __m256i cd_i32x8 = _mm256_hadd_epi32(whole(sums[2]), whole(sums[3]));
    const __m256i abcd_i32x8 = _mm256_hadd_epi32(ab_i32x8, cd_i32x8);
    const __m128i abcd_i32x4 =
        _mm_add_epi32(_mm256_castsi256_si128(abcd_i32x8), _mm256_extracti128_si256(abcd_i32x8, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), abcd_i32x4);
  }

  static constexpr std::size_t kFloats = 8;
  using Bits = __m256i;

  static Bits zeroBits() { return _mm256_setzero_si256(); }
  static Bits maxBits(Bits largest_u32x8, const float* v) {
    const __m256i bits_u32x8 = _mm256_castps_si256(_mm256_loadu_ps(v));
    const __m256i magnitude_u32x8 = _mm256_and_si256(bits_u32x8, _mm256_set1_epi32(0x7fffffff));
    return _mm256_max_epu32(largest_u32x8, magnitude_u32x8);
  }
  static std::uint32_t reduceBits(Bits largest_u32x8) {
    __m128i largest_u32x4 = _mm_max_epu32(_mm256_castsi256_si128(largest_u32x8),
                                          _mm256_extracti128_si256(largest_u32x8, 1));
    largest_u32x4 = _mm_max_epu32(largest_u32x4, _mm_unpackhi_epi64(largest_u32x4, largest_u32x4));
    largest_u32x4 = _mm_max_epu32(largest_u32x4, _mm_shuffle_epi32(largest_u32x4, 1));
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(largest_u32x4));
  }

  static __m128i round4(const float* v, __m256d scale_f64x4) {
    return _mm256_cvtpd_epi32(_mm256_mul_pd(_mm256_cvtps_pd(_mm_loadu_ps(v)), scale_f64x4));
  }
  static void quantize(const float* v, double scale, std::int16_t* q) {
    const __m256d scale_f64x4 = _mm256_set1_pd(scale);
    const __m128i q_i16x8 = _mm_packs_epi32(round4(v, scale_f64x4), round4(v + 4, scale_f64x4));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(q), q_i16x8);
  }
};

}  // namespace

constexpr KernelTable kAvx2 = Algorithms<Avx2>::table("avx2");

}  // namespace damask::kernels
