#pragma once

// The one arithmetic definition of every kernel, written over a small register wrapper `Simd` that
// each instruction set supplies in its own translation unit:
//
//   kWidth                      bytes of a code handled at once
//   Bytes, Acc, Bias            register types
//   load(p)                     kWidth bytes, unaligned
//   loadPartial(p, n)           n < kWidth bytes, the rest zero; reads nothing beyond p + n
//   zero(), zeroBias()
//   add(acc, a, b)              acc + products of a and b (exact in int32 lanes)
//   addBias(bias, a)            what add() over-counts for the query chunk a, if anything
//   reduce(acc, bias)           sum of lanes, less the bias
//   plus(bias, bias)            both of them together
//   kFloats                     floats handled at once, a divisor of 64
//   Bits                        register type
//   zeroBits()
//   maxBits(bits, v)            lane by lane, the larger of bits and the bits of |v[i]|
//   reduceBits(bits)            the largest lane
//   quantize(v, s, q)           q[i] = rne(double(v[i]) * s) as int16
//
// Each wrapper is a type of its own, so no instantiation is shared between instruction sets, and
// no standard-library function is called here: an inline copy compiled for one instruction set
// could be the one the linker keeps for all.

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"

namespace damask::kernels {

/// Simd::load of n < kWidth bytes, the rest zero.
template <typename Simd>
typename Simd::Bytes loadZeroPadded(const std::int8_t* p, std::size_t n) {
  std::int8_t padded[Simd::kWidth] = {};
  __builtin_memcpy(padded, p, n);
  return Simd::load(padded);
}

template <typename Simd>
struct Algorithms {
  static std::int32_t dot8(const std::int8_t* a, const std::int8_t* b, std::size_t n) {
    auto sum = Simd::zero();
    auto bias = Simd::zeroBias();
    std::size_t i = 0;
    for (; i + Simd::kWidth <= n; i += Simd::kWidth) {
      const auto chunk = Simd::load(a + i);
      sum = Simd::add(sum, chunk, Simd::load(b + i));
      bias = Simd::addBias(bias, chunk);
    }
    if (i < n) {
      const auto chunk = Simd::loadPartial(a + i, n - i);
      sum = Simd::add(sum, chunk, Simd::loadPartial(b + i, n - i));
      bias = Simd::addBias(bias, chunk);
    }
    return Simd::reduce(sum, bias);
  }

  // Four rows share each load of the query.
  static void dot8Batch(const std::int8_t* query, const std::int8_t* const* rows, std::size_t count,
                        std::size_t n, std::int32_t* out) {
    std::size_t r = 0;
    for (; r + 4 <= count; r += 4) dot8x4(query, rows + r, n, out + r);
    for (; r < count; ++r) out[r] = dot8(query, rows[r], n);
  }

  static std::int64_t dot16(const std::int8_t* aHi, const std::int8_t* aLo, const std::int8_t* bHi,
                            const std::int8_t* bLo, std::size_t n) {
    Dot16 sum;
    std::size_t i = 0;
    for (; i + Simd::kWidth <= n; i += Simd::kWidth) {
      sum.add(Simd::load(aHi + i), Simd::load(aLo + i), Simd::load(bHi + i), Simd::load(bLo + i));
    }
    if (i < n) {
      const std::size_t rest = n - i;
      sum.add(Simd::loadPartial(aHi + i, rest), Simd::loadPartial(aLo + i, rest),
              Simd::loadPartial(bHi + i, rest), Simd::loadPartial(bLo + i, rest));
    }
    return sum.result();
  }

  static std::uint32_t maxAbsBits(const float* v, std::size_t n) {
    auto largest = Simd::zeroBits();
    std::size_t i = 0;
    for (; i + Simd::kFloats <= n; i += Simd::kFloats) largest = Simd::maxBits(largest, v + i);
    if (i < n) {
      float padded[Simd::kFloats] = {};
      __builtin_memcpy(padded, v + i, (n - i) * sizeof(float));
      largest = Simd::maxBits(largest, padded);
    }
    return Simd::reduceBits(largest);
  }

  static void encode(const float* v, double inverseScale, std::size_t n, std::int8_t* hi,
                     std::int8_t* lo) {
    std::size_t i = 0;
    for (; i + kBlock <= n; i += kBlock) encodeBlock(v + i, inverseScale, hi + i, lo + i);
    if (i < n) {
      const std::size_t rest = n - i;
      float padded[kBlock] = {};
      std::int8_t paddedHi[kBlock], paddedLo[kBlock];
      __builtin_memcpy(padded, v + i, rest * sizeof(float));
      encodeBlock(padded, inverseScale, paddedHi, paddedLo);
      __builtin_memcpy(hi + i, paddedHi, rest);
      __builtin_memcpy(lo + i, paddedLo, rest);
    }
  }

  static constexpr KernelTable table(const char* name) {
    return KernelTable{name, dot8, dot8Batch, dot16, maxAbsBits, encode};
  }

 private:
  using Bytes = typename Simd::Bytes;
  using Acc = typename Simd::Acc;
  using Bias = typename Simd::Bias;

  static constexpr std::size_t kBlock = 64;

  static void encodeBlock(const float* v, double inverseScale, std::int8_t* hi, std::int8_t* lo) {
    std::int16_t q[kBlock];
    for (std::size_t j = 0; j < kBlock; j += Simd::kFloats) {
      Simd::quantize(v + j, inverseScale, q + j);
    }
    for (std::size_t j = 0; j < kBlock; ++j) {
      // |q| <= 32512, so q + 128 stays within int16 and hi within [-127, 127].
      const int high = (q[j] + 128) >> 8;
      hi[j] = static_cast<std::int8_t>(high);
      lo[j] = static_cast<std::int8_t>(q[j] - high * 256);
    }
  }

  struct Dot16 {
    // The cross sum holds 2 * 4096 * 128 * 128 = 134,217,728 at most: within int32.
    Acc high = Simd::zero(), cross = Simd::zero(), low = Simd::zero();
    Bias highBias = Simd::zeroBias(), lowBias = Simd::zeroBias();

    void add(Bytes aHi, Bytes aLo, Bytes bHi, Bytes bLo) {
      high = Simd::add(high, aHi, bHi);
      cross = Simd::add(Simd::add(cross, aHi, bLo), aLo, bHi);
      low = Simd::add(low, aLo, bLo);
      highBias = Simd::addBias(highBias, aHi);
      lowBias = Simd::addBias(lowBias, aLo);
    }

    std::int64_t result() const {
      const std::int64_t h = Simd::reduce(high, highBias);
      // The cross sum over-counts both the high and the low chunk of a.
      const std::int64_t c = Simd::reduce(cross, Simd::plus(highBias, lowBias));
      const std::int64_t l = Simd::reduce(low, lowBias);
      return h * 65536 + c * 256 + l;
    }
  };

  static void dot8x4(const std::int8_t* query, const std::int8_t* const* rows, std::size_t n,
                     std::int32_t* out) {
    const std::int8_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    Acc s0 = Simd::zero(), s1 = Simd::zero(), s2 = Simd::zero(), s3 = Simd::zero();
    Bias bias = Simd::zeroBias();
    std::size_t i = 0;
    for (; i + Simd::kWidth <= n; i += Simd::kWidth) {
      const Bytes chunk = Simd::load(query + i);
      s0 = Simd::add(s0, chunk, Simd::load(r0 + i));
      s1 = Simd::add(s1, chunk, Simd::load(r1 + i));
      s2 = Simd::add(s2, chunk, Simd::load(r2 + i));
      s3 = Simd::add(s3, chunk, Simd::load(r3 + i));
      bias = Simd::addBias(bias, chunk);
    }
    if (i < n) {
      const std::size_t rest = n - i;
      const Bytes chunk = Simd::loadPartial(query + i, rest);
      s0 = Simd::add(s0, chunk, Simd::loadPartial(r0 + i, rest));
      s1 = Simd::add(s1, chunk, Simd::loadPartial(r1 + i, rest));
      s2 = Simd::add(s2, chunk, Simd::loadPartial(r2 + i, rest));
      s3 = Simd::add(s3, chunk, Simd::loadPartial(r3 + i, rest));
      bias = Simd::addBias(bias, chunk);
    }
    out[0] = Simd::reduce(s0, bias);
    out[1] = Simd::reduce(s1, bias);
    out[2] = Simd::reduce(s2, bias);
    out[3] = Simd::reduce(s3, bias);
  }
};

}  // namespace damask::kernels
