#pragma once

#include <cstddef>

#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
#include <immintrin.h>
#endif

// An inner product of floats as fast as this processor does one: independent accumulators, so that
// the additions need not wait for each other, and fused multiplication. Everything here has
// internal linkage: files that are compiled with different flags must not share it.

namespace damask::bench {
namespace {

#if defined(__AVX512F__)

constexpr const char* kFastDotName = "avx512f, fma, 4 accumulators";

inline __m512 fusedAt(const float* a, const float* b, std::size_t i, __m512 sum) {
  return _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), sum);
}

inline float fastDot(const float* a, const float* b, std::size_t n) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    s0 = fusedAt(a, b, i, s0);
    s1 = fusedAt(a, b, i + 16, s1);
    s2 = fusedAt(a, b, i + 32, s2);
    s3 = fusedAt(a, b, i + 48, s3);
  }
  for (; i + 16 <= n; i += 16) s0 = fusedAt(a, b, i, s0);
  if (i < n) {
    const auto mask = static_cast<__mmask16>((1u << (n - i)) - 1);
    s1 =
        _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s1);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

/// `weights` with 8-bit codes.
inline float fastDot(const float* weights, const unsigned char* codes, std::size_t n) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0;
  const auto widened = [codes](std::size_t i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i));
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
  };
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(weights + i), widened(i), s0);
    s1 = _mm512_fmadd_ps(_mm512_loadu_ps(weights + i + 16), widened(i + 16), s1);
  }
  float sum = _mm512_reduce_add_ps(_mm512_add_ps(s0, s1));
  for (; i < n; ++i) sum += weights[i] * static_cast<float>(codes[i]);
  return sum;
}

#else

#if defined(__AVX2__) && defined(__FMA__)

constexpr const char* kFastDotName = "avx2, fma, 4 accumulators";

inline __m256 fusedAt(const float* a, const float* b, std::size_t i, __m256 sum) {
  return _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum);
}

inline float fastDot(const float* a, const float* b, std::size_t n) {
  __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = fusedAt(a, b, i, s0);
    s1 = fusedAt(a, b, i + 8, s1);
    s2 = fusedAt(a, b, i + 16, s2);
    s3 = fusedAt(a, b, i + 24, s3);
  }
  const __m256 sum8 = _mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3));
  alignas(32) float parts[8];
  _mm256_store_ps(parts, sum8);
  float sum = 0;
  for (const float part : parts) sum += part;
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

#else

constexpr const char* kFastDotName = "plain, 4 accumulators";

inline float fastDot(const float* a, const float* b, std::size_t n) {
  float sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) sums[j] += a[i + j] * b[i + j];
  }
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#endif

/// `weights` with 8-bit codes.
inline float fastDot(const float* weights, const unsigned char* codes, std::size_t n) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t j = 0; j < 8; ++j)
      sums[j] += weights[i + j] * static_cast<float>(codes[i + j]);
  }
  for (; i < n; ++i) sums[0] += weights[i] * static_cast<float>(codes[i]);
  for (std::size_t j = 1; j < 8; ++j) sums[0] += sums[j];
  return sums[0];
}

#endif

}  // namespace
}  // namespace damask::bench
