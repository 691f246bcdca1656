#pragma once

// The one arithmetic definition of every kernel, written over a small register wrapper `Simd` that
// each instruction set supplies in its own translation unit:
//
//   kWidth                      bytes of a code handled at once
//   Bytes, Acc, Bias            register types
//   Raw                         register type: kWidth bytes as they are in memory
//   loadRaw(p), splatRaw(byte)  kWidth bytes, unaligned; the same byte throughout
//   loadRawPartial(p, n)        n < kWidth bytes, the rest zero; reads nothing beyond p + n
//   widen(raw)                  Raw to Bytes, as int8
//   load(p), loadPartial(p, n)  both at once
//   lowHalves(raw), highHalves(raw)  of each byte, as numbers from 0 to 15
//   join(high, low)             16 * high + low - 136 of two such, as int8
//   Part, part(acc)             register type of sums of nibbles, and what they begin with
//   kPartChunks                 how many chunks a part holds without overflow
//   addNibbles(part, ql, qh, r) part + products of the int8 in ql with the low halves of r, and of
//                               those in qh with the high halves
//   settle(acc, part)           acc + what was added to part
//   zero(), zeroBias()
//   add(acc, a, b)              acc + products of a and b (exact in int32 lanes)
//   addBias(bias, a)            what add() over-counts for the query chunk a, if anything
//   reduce(acc, bias)           sum of lanes, less the bias
//   reduceFour(accs, out)       out[r] = sum of the lanes of accs[r]; where it is faster so
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

/// Simd::kPartChunks where a part never overflows.
inline constexpr std::size_t kEveryChunk = 4096;

/// Simd::loadRaw of n < kWidth bytes, the rest zero.
template <typename Simd>
typename Simd::Raw loadZeroPadded(const void* p, std::size_t n) {
  std::uint8_t padded[Simd::kWidth] = {};
  __builtin_memcpy(padded, p, n);
  return Simd::loadRaw(padded);
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
  static void dot4Batch(const std::int8_t* query, const std::uint8_t* const* rows,
                        std::size_t count, std::size_t half, std::int32_t* out) {
    const std::int32_t offset = dot4Offset(query, half);
    std::size_t r = 0;
    for (; r + 4 <= count; r += 4) dot4Rows<4>(query, rows + r, half, offset, out + r);
    for (; r < count; ++r) dot4Rows<1>(query, rows + r, half, offset, out + r);
  }

  static void dot8Batch(const std::int8_t* query, const StoredCode* rows, std::size_t count,
                        std::size_t half, std::int32_t* out) {
    const std::int32_t offset = dot4Offset(query, half);
    std::size_t r = 0;
    for (; r + 4 <= count; r += 4) dot8Rows<4>(query, rows + r, half, offset, out + r);
    for (; r < count; ++r) dot8Rows<1>(query, rows + r, half, offset, out + r);
  }

  static std::int64_t dot16(const std::int8_t* hi, const std::int8_t* lo, StoredCode row,
                            std::size_t half) {
    Dot16 sum;
    const auto* low = reinterpret_cast<const std::int8_t*>(row.rest) + half;
    forEachChunk(half, [&](std::size_t i, auto load) {
      const Raw top = load.raw(row.top + i), mid = load.raw(row.rest + i);
      sum.add(load.bytes(hi + i), load.bytes(lo + i),
              Simd::widen(Simd::join(Simd::lowHalves(top), Simd::lowHalves(mid))),
              load.bytes(low + i));
      sum.add(load.bytes(hi + half + i), load.bytes(lo + half + i),
              Simd::widen(Simd::join(Simd::highHalves(top), Simd::highHalves(mid))),
              load.bytes(low + half + i));
    });
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
    return KernelTable{name, dot8, dot4Batch, dot8Batch, dot16, maxAbsBits, encode};
  }

 private:
  using Raw = typename Simd::Raw;
  using Bytes = typename Simd::Bytes;
  using Acc = typename Simd::Acc;
  using Part = typename Simd::Part;
  using Bias = typename Simd::Bias;

  static constexpr std::size_t kBlock = 64;

  static void encodeBlock(const float* v, double inverseScale, std::int8_t* hi, std::int8_t* lo) {
    std::int16_t q[kBlock];
    for (std::size_t j = 0; j < kBlock; j += Simd::kFloats) {
      Simd::quantize(v + j, inverseScale, q + j);
    }
    for (std::size_t j = 0; j < kBlock; ++j) {
      // |q| <= 30591, so hi stays within [-119, 119].
      const int high = (q[j] + 128) >> 8;
      hi[j] = static_cast<std::int8_t>(high);
      lo[j] = static_cast<std::int8_t>(q[j] - high * 256);
    }
  }

  struct Dot16 {
    // Lanes beyond the dimension may hold anything where the query has zero. The cross sum holds
    // 2 * 4096 * 128 * 128 = 134,217,728 at most: within int32.
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

  struct WholeLoads {
    Raw raw(const void* p) const { return Simd::loadRaw(p); }
    Bytes bytes(const std::int8_t* p) const { return Simd::load(p); }
  };
  struct PartialLoads {
    std::size_t n;
    Raw raw(const void* p) const { return Simd::loadRawPartial(p, n); }
    Bytes bytes(const std::int8_t* p) const { return Simd::loadPartial(p, n); }
  };

  // Calls f(i, loads) for each chunk of [0, n), which begins at i.
  template <typename F>
  static void forEachChunk(std::size_t n, F f) {
    std::size_t i = 0;
    for (; i + Simd::kWidth <= n; i += Simd::kWidth) f(i, WholeLoads{});
    if (i < n) f(i, PartialLoads{n - i});
  }

  // What counting each top as top + 8 adds to a product with the query.
  static std::int32_t dot4Offset(const std::int8_t* query, std::size_t half) {
    Acc sum = Simd::zero();
    forEachChunk(half, [&](std::size_t i, auto load) {
      const Part part = Simd::addNibbles(Simd::part(sum), load.raw(query + i),
                                         load.raw(query + half + i), Simd::splatRaw(kZeroNibbles));
      sum = Simd::settle(sum, part);
    });
    return Simd::reduce(sum, Simd::zeroBias());
  }

  template <std::size_t kRows>
  static void dot4Rows(const std::int8_t* query, const std::uint8_t* const* rows, std::size_t half,
                       std::int32_t offset, std::int32_t* out) {
    constexpr std::size_t kGroup = Simd::kPartChunks * Simd::kWidth;
    const std::size_t whole = half - half % Simd::kWidth;
    Acc sums[kRows];
    for (Acc& sum : sums) sum = Simd::zero();
    for (std::size_t i = 0; i < whole;) {
      const std::size_t end = whole - i > kGroup ? i + kGroup : whole;
      Part parts[kRows];
      for (std::size_t r = 0; r < kRows; ++r) parts[r] = Simd::part(sums[r]);
      do {
        addChunk<kRows>(parts, query + i, half, rows, i);
        i += Simd::kWidth;
      } while (i < end);
      for (std::size_t r = 0; r < kRows; ++r) sums[r] = Simd::settle(sums[r], parts[r]);
    }
    if constexpr (kRows == 4 && requires { Simd::reduceFour(sums, out); }) {
      Simd::reduceFour(sums, out);
      for (std::size_t r = 0; r < kRows; ++r) out[r] -= offset;
    } else {
      for (std::size_t r = 0; r < kRows; ++r) {
        out[r] = Simd::reduce(sums[r], Simd::zeroBias()) - offset;
      }
    }
    if (whole < half) addTail<kRows>(query, rows, half, whole, out);
  }

  template <std::size_t kRows>
  static void addChunk(Part* parts, const std::int8_t* query, std::size_t half,
                       const std::uint8_t* const* rows, std::size_t at) {
    const Raw low = Simd::loadRaw(query), high = Simd::loadRaw(query + half);
    for (std::size_t r = 0; r < kRows; ++r) {
      parts[r] = Simd::addNibbles(parts[r], low, high, Simd::loadRaw(rows[r] + at));
    }
  }

  // By itself, so that the sums of whole chunks stay in registers.
  template <std::size_t kRows>
  [[gnu::noinline]] static void addTail(const std::int8_t* query, const std::uint8_t* const* rows,
                                        std::size_t half, std::size_t whole, std::int32_t* out) {
    const std::size_t n = half - whole;
    const Raw low = Simd::loadRawPartial(query + whole, n);
    const Raw high = Simd::loadRawPartial(query + half + whole, n);
    for (std::size_t r = 0; r < kRows; ++r) {
      const Raw row = Simd::loadRawPartial(rows[r] + whole, n);
      const Acc none = Simd::zero();
      const Part part = Simd::addNibbles(Simd::part(none), low, high, row);
      out[r] += Simd::reduce(Simd::settle(none, part), Simd::zeroBias());
    }
  }

  // The middle nibbles are stored as the top ones are.
  template <std::size_t kRows>
  static void dot8Rows(const std::int8_t* query, const StoredCode* rows, std::size_t half,
                       std::int32_t offset, std::int32_t* out) {
    const std::uint8_t *tops[kRows], *mids[kRows];
    for (std::size_t r = 0; r < kRows; ++r) {
      tops[r] = rows[r].top;
      mids[r] = rows[r].rest;
    }
    std::int32_t ofMids[kRows];
    dot4Rows<kRows>(query, tops, half, offset, out);
    dot4Rows<kRows>(query, mids, half, offset, ofMids);
    for (std::size_t r = 0; r < kRows; ++r) out[r] = 16 * out[r] + ofMids[r];
  }
};

}  // namespace damask::kernels
