#pragma once

// What the tests of kernels share: seeded inputs of every shape, for every table of this machine.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "codec/stored_code.hpp"
#include "kernels/kernels.hpp"

namespace damask::testing {

using damask::kernels::KernelTable;
using Codes = std::vector<std::int8_t>;
using Floats = std::vector<float>;

inline constexpr std::uint64_t kSeed = 0x6b65726e656c7321;

// splitmix64: the same numbers on every target.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::int8_t code() { return static_cast<std::int8_t>(next() >> 56); }
  // In [-1, 1), a multiple of 2^-23.
  float component() { return static_cast<float>(next() >> 40) * 0x1p-23f - 1.0f; }

 private:
  std::uint64_t state_;
};

inline std::vector<std::size_t> dimensions() {
  std::vector<std::size_t> all;
  for (std::size_t n = 1; n <= 33; ++n) all.push_back(n);
  for (const std::size_t n : {63, 64, 65, 127, 128, 129, 384, 512, 768, 1536, 4096}) {
    all.push_back(n);
  }
  return all;
}

inline Codes randomCodes(Random& random, std::size_t n) {
  Codes codes(n);
  for (auto& code : codes) code = random.code();
  return codes;
}

inline Floats randomFloats(Random& random, std::size_t n) {
  Floats v(n);
  for (auto& x : v) x = random.component();
  return v;
}

// As a query has them: with a zero behind an odd number.
inline Codes padded(Codes codes) {
  codes.resize(2 * damask::halfOf(codes.size()));
  return codes;
}

// The corners of the int8 range, and random codes last.
inline std::vector<Codes> codePatterns(Random& random, std::size_t n) {
  Codes alternating(n);
  for (std::size_t i = 0; i < n; ++i) alternating[i] = i % 2 == 0 ? -128 : 127;
  return {Codes(n, -128), Codes(n, 127), alternating, randomCodes(random, n)};
}

// A copy on the heap that ends with its last value, `offset` values after an aligned address.
template <typename T>
class ExactCopy {
 public:
  ExactCopy(const std::vector<T>& values, std::size_t offset)
      : storage_(new T[offset + values.size()]), data_(storage_.get() + offset) {
    std::copy(values.begin(), values.end(), data_);
  }
  const T* data() const { return data_; }

 private:
  std::unique_ptr<T[]> storage_;
  T* data_;
};

template <typename Check>
void forEveryTable(Check check) {
  for (const KernelTable* table : damask::kernels::detectedTables()) {
    INFO("instruction set " << table->name << ", seed " << kSeed);
    check(*table);
  }
}

// The check gets the table, the dimension, an offset for unaligned pointers, and its own random
// numbers.
template <typename Check>
void forEveryShape(Check check) {
  forEveryTable([&](const KernelTable& table) {
    for (const std::size_t n : dimensions()) {
      for (const std::size_t offset : {0, 1, 3}) {
        INFO("dimension " << n << ", offset " << offset);
        Random random(kSeed + n * 8 + offset);
        check(table, n, offset, random);
      }
    }
  });
}

}  // namespace damask::testing
