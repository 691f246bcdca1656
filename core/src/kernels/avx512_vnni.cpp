// AVX-512 VNNI: vpdpbusd adds four unsigned x signed products to each int32 lane. The query stays
// signed; the other side is offset by 128 to become unsigned, and the 128 * sum(query) that this
// adds is counted as the bias.

// GCC 12 takes its own header's deliberately undefined registers for a mistake (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "kernels/algorithms.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct Avx512Vnni {
  static constexpr std::size_t kWidth = 64;
  using Bytes = __m512i;
  using Acc = __m512i;
  using Bias = __m512i;

  static __m512i offset() { return _mm512_set1_epi8(-128); }

  using Raw = __m512i;
  static Raw loadRaw(const void* p) { return _mm512_loadu_si512(p); }
  static Raw loadRawPartial(const void* p, std::size_t n) {
    const __mmask64 inside = (std::uint64_t{1} << n) - 1;
    return _mm512_maskz_loadu_epi8(inside, p);
  }
  static Raw splatRaw(std::uint8_t byte) { return _mm512_set1_epi8(static_cast<char>(byte)); }
  static Bytes widen(Raw raw) { return raw; }
  static Bytes load(const std::int8_t* p) { return loadRaw(p); }
  // Lanes beyond n are zero on both sides: the query's zero cancels the offset there as well.
  static Bytes loadPartial(const std::int8_t* p, std::size_t n) { return loadRawPartial(p, n); }

  static Raw lowHalves(Raw nibbles) { return _mm512_and_si512(nibbles, splatRaw(15)); }
  static Raw highHalves(Raw nibbles) {
    return _mm512_and_si512(_mm512_srli_epi16(nibbles, 4), splatRaw(15));
  }
  static Raw join(Raw high, Raw low) {
    return _mm512_sub_epi8(_mm512_or_si512(_mm512_slli_epi16(high, 4), low), splatRaw(136));
  }
  static Acc zero() { return _mm512_setzero_si512(); }
  static Bias zeroBias() { return _mm512_setzero_si512(); }

  // The largest sum over all lanes is dot16's cross sum: 2 * 4096 * 255 * 128 = 267,386,880.
  static Acc add(Acc sum_i32x16, Bytes a_i8x64, Bytes b_i8x64) {
    const __m512i b_u8x64 = _mm512_xor_si512(b_i8x64, offset());
    return _mm512_dpbusd_epi32(sum_i32x16, b_u8x64, a_i8x64);
  }
  using Part = Acc;
  static constexpr std::size_t kPartChunks = kEveryChunk;
  static Part part(Acc sum) { return sum; }
  static Acc settle(Acc, Part sum) { return sum; }
  static Part addNibbles(Part sum_i32x16, Raw qLow, Raw qHigh, Raw row) {
    sum_i32x16 = _mm512_dpbusd_epi32(sum_i32x16, lowHalves(row), qLow);
    return _mm512_dpbusd_epi32(sum_i32x16, highHalves(row), qHigh);
  }
  static Bias addBias(Bias bias_i32x16, Bytes a_i8x64) {
    return _mm512_dpbusd_epi32(bias_i32x16, offset(), a_i8x64);
  }
  static Bias plus(Bias a_i32x16, Bias b_i32x16) { return _mm512_add_epi32(a_i32x16, b_i32x16); }
  static std::int32_t reduce(Acc sum_i32x16, Bias bias_i32x16) {
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(sum_i32x16, bias_i32x16));
  }

  static __m128i fold(__m512i sum_i32x16) {
    const __m256i sum_i32x8 = _mm256_add_epi32(_mm512_castsi512_si256(sum_i32x16),
                                               _mm512_extracti64x4_epi64(sum_i32x16, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(sum_i32x8), _mm256_extracti128_si256(sum_i32x8, 1));
  }
  static void reduceFour(const Acc* sums, std::int32_t* out) {
    const __m128i ab = _mm_hadd_epi32(fold(sums[0]), fold(sums[1]));
    const __m128i cd = _mm_hadd_epi32(fold(sums[2]), fold(sums[3]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_hadd_epi32(ab, cd));
  }

  static constexpr std::size_t kFloats = 16;
  using Bits = __m512i;

  static Bits zeroBits() { return _mm512_setzero_si512(); }
  static Bits maxBits(Bits largest_u32x16, const float* v) {
    const __m512i magnitude_u32x16 =
        _mm512_and_si512(_mm512_loadu_si512(v), _mm512_set1_epi32(0x7fffffff));
    return _mm512_max_epu32(largest_u32x16, magnitude_u32x16);
  }
  static std::uint32_t reduceBits(Bits largest_u32x16) {
    return _mm512_reduce_max_epu32(largest_u32x16);
  }

  static __m256i round8(const float* v, __m512d scale_f64x8) {
    return _mm512_cvtpd_epi32(_mm512_mul_pd(_mm512_cvtps_pd(_mm256_loadu_ps(v)), scale_f64x8));
  }
  static void quantize(const float* v, double scale, std::int16_t* q) {
    const __m512d scale_f64x8 = _mm512_set1_pd(scale);
    auto* halves = reinterpret_cast<__m128i*>(q);
    _mm_storeu_si128(halves, _mm256_cvtepi32_epi16(round8(v, scale_f64x8)));
    _mm_storeu_si128(halves + 1, _mm256_cvtepi32_epi16(round8(v + 8, scale_f64x8)));
  }
};

}  // namespace

constexpr KernelTable kAvx512Vnni = Algorithms<Avx512Vnni>::table("avx512-vnni");

}  // namespace damask::kernels
