// Every kernel of every instruction set that this machine runs, against the plain definitions
// written below.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "damask/isa.hpp"
#include "guarded_buffer.hpp"
#include "kernels/kernels.hpp"

namespace {

using damask::kernels::KernelTable;
using Codes = std::vector<std::int8_t>;
using Floats = std::vector<float>;

constexpr std::uint64_t kSeed = 0x6b65726e656c7321;
constexpr std::uint32_t kInfinityBits = 0x7f800000;

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

std::int64_t plainDot8(const Codes& a, const Codes& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::int64_t{a[i]} * b[i];
  return sum;
}

std::int64_t plainDot16(const Codes& aHi, const Codes& aLo, const Codes& bHi, const Codes& bLo) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < aHi.size(); ++i) {
    sum += (std::int64_t{256} * aHi[i] + aLo[i]) * (std::int64_t{256} * bHi[i] + bLo[i]);
  }
  return sum;
}

std::uint32_t bitsOf(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

std::uint32_t plainMaxAbsBits(const Floats& v) {
  std::uint32_t largest = 0;
  for (const float x : v) largest = std::max(largest, bitsOf(x) << 1 >> 1);
  return largest;
}

// The C library's rounding: to nearest, ties to even, in the default mode.
std::vector<int> plainQuantize(const Floats& v, double inverseScale) {
  std::vector<int> q;
  for (const float x : v) {
    q.push_back(static_cast<int>(std::nearbyint(static_cast<double>(x) * inverseScale)));
  }
  return q;
}

std::vector<std::size_t> dimensions() {
  std::vector<std::size_t> all;
  for (std::size_t n = 1; n <= 33; ++n) all.push_back(n);
  for (const std::size_t n : {63, 64, 65, 127, 128, 129, 384, 512, 768, 1536, 4096}) {
    all.push_back(n);
  }
  return all;
}

Codes randomCodes(Random& random, std::size_t n) {
  Codes codes(n);
  for (auto& code : codes) code = random.code();
  return codes;
}

Floats randomFloats(Random& random, std::size_t n) {
  Floats v(n);
  for (auto& x : v) x = random.component();
  return v;
}

// The corners of the int8 range, and random codes last.
std::vector<Codes> codePatterns(Random& random, std::size_t n) {
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

// Encodes into planes with one spare byte at either end, and compares with the plain definition.
void requireEncode(const KernelTable& table, const Floats& v, const float* data,
                   double inverseScale) {
  constexpr std::int8_t kUntouched = 85;
  const std::size_t n = v.size();
  Codes hi(n + 2, kUntouched), lo(n + 2, kUntouched);
  table.encode(data, inverseScale, n, hi.data() + 1, lo.data() + 1);

  REQUIRE((hi.front() == kUntouched && lo.front() == kUntouched));
  REQUIRE((hi.back() == kUntouched && lo.back() == kUntouched));
  std::vector<int> q;
  for (std::size_t i = 1; i <= n; ++i) q.push_back(256 * hi[i] + lo[i]);
  REQUIRE(q == plainQuantize(v, inverseScale));
  REQUIRE(std::count(hi.begin(), hi.end(), -128) == 0);
}

void requireEncode(const KernelTable& table, const Floats& v, double inverseScale) {
  requireEncode(table, v, v.data(), inverseScale);
}

double inverseScaleFor(float largest) {
  return 32512.0 / static_cast<double>(largest);
}

}  // namespace

TEST_CASE("dot8 is the sum of products", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    for (const Codes& a : codePatterns(random, n)) {
      for (const Codes& b : codePatterns(random, n)) {
        const ExactCopy aCopy(a, offset), bCopy(b, offset);
        REQUIRE(table.dot8(aCopy.data(), bCopy.data(), n) == plainDot8(a, b));
      }
    }
  });
}

TEST_CASE("dot8Batch scores each row and writes no further", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    constexpr std::int32_t kUntouched = 0x55555555;
    const std::vector<Codes> corners = codePatterns(random, n);
    for (const Codes& query : {corners[0], corners[3]}) {
      const ExactCopy queryCopy(query, offset);
      std::vector<ExactCopy<std::int8_t>> copies;
      std::vector<const std::int8_t*> rows;
      std::vector<std::int32_t> expected;
      for (std::size_t count = 0; count <= 9; ++count) {
        std::vector<std::int32_t> out(count + 1, kUntouched);
        table.dot8Batch(queryCopy.data(), rows.data(), count, n, out.data());
        REQUIRE(out.back() == kUntouched);
        out.pop_back();
        REQUIRE(out == expected);

        const Codes row = count < 3 ? corners[count] : randomCodes(random, n);
        copies.emplace_back(row, offset);
        rows.push_back(copies.back().data());
        expected.push_back(static_cast<std::int32_t>(plainDot8(query, row)));
      }
    }
  });
}

TEST_CASE("dot16 is the exact dot product of both planes", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    const Codes aHi = randomCodes(random, n), aLo = randomCodes(random, n);
    const Codes bHi = randomCodes(random, n), bLo = randomCodes(random, n);
    const ExactCopy aHiCopy(aHi, offset), aLoCopy(aLo, offset);
    const ExactCopy bHiCopy(bHi, offset), bLoCopy(bLo, offset);
    REQUIRE(table.dot16(aHiCopy.data(), aLoCopy.data(), bHiCopy.data(), bLoCopy.data(), n) ==
            plainDot16(aHi, aLo, bHi, bLo));
  });
}

TEST_CASE("dot16 holds every corner of its range", "[kernels]") {
  forEveryTable([](const KernelTable& table) {
    for (const std::size_t n : {1, 17, 64, 100, 384, 4096}) {
      INFO("dimension " << n);
      Random random(kSeed);
      const std::vector<Codes> planes = codePatterns(random, n);
      for (const Codes& aHi : planes) {
        for (const Codes& aLo : planes) {
          for (const Codes& bHi : planes) {
            for (const Codes& bLo : planes) {
              REQUIRE(table.dot16(aHi.data(), aLo.data(), bHi.data(), bLo.data(), n) ==
                      plainDot16(aHi, aLo, bHi, bLo));
            }
          }
        }
      }
    }
  });
}

TEST_CASE("maxAbsBits is the largest magnitude's bits", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    const float tiny = std::numeric_limits<float>::denorm_min();
    for (const Floats& v : {randomFloats(random, n), Floats(n, 0.0f), Floats(n, -0.0f),
                            Floats(n, -tiny), Floats(n, 3e38f), Floats(n, -3e38f)}) {
      const ExactCopy copy(v, offset);
      REQUIRE(table.maxAbsBits(copy.data(), n) == plainMaxAbsBits(v));
    }
  });
}

TEST_CASE("maxAbsBits finds a value wherever it stands", "[kernels]") {
  constexpr std::uint32_t kLargestFinite = 0x7f7fffff;
  constexpr std::uint32_t kQuietNan = 0x7fc00000, kSignallingNan = 0x7f800001;
  constexpr std::uint32_t kSign = 0x80000000;
  forEveryTable([](const KernelTable& table) {
    for (const std::size_t n : {1, 7, 31, 33, 129, 384}) {
      INFO("dimension " << n);
      Random random(kSeed + n);
      Floats v = randomFloats(random, n);
      for (std::size_t i = 0; i < n; ++i) {
        const float before = v[i];
        for (const std::uint32_t bits :
             {kLargestFinite, kInfinityBits, kQuietNan, kSignallingNan, 0xffffffff & ~kSign}) {
          for (const std::uint32_t sign : {std::uint32_t{0}, kSign}) {
            const std::uint32_t signedBits = bits | sign;
            std::memcpy(&v[i], &signedBits, sizeof signedBits);
            const std::uint32_t found = table.maxAbsBits(v.data(), n);
            REQUIRE(found == bits);
            REQUIRE((found >= kInfinityBits) == !std::isfinite(v[i]));
          }
        }
        v[i] = before;
      }
    }
  });
}

TEST_CASE("encode rounds each component and splits it", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    const Floats v = randomFloats(random, n);
    const ExactCopy copy(v, offset);
    float largest = 0.0f;
    for (const float x : v) largest = std::max(largest, std::abs(x));
    requireEncode(table, v, copy.data(), inverseScaleFor(largest));
  });
}

TEST_CASE("encode is right for every code and every tie between two codes", "[kernels]") {
  forEveryTable([](const KernelTable& table) {
    Floats codes, ties, below, above;
    for (int q = -32512; q <= 32512; ++q) codes.push_back(static_cast<float>(q));
    for (int q = -32512; q < 32512; ++q) {
      const float tie = static_cast<float>(q) + 0.5f;
      ties.push_back(tie);
      below.push_back(std::nextafter(tie, -40000.0f));
      above.push_back(std::nextafter(tie, 40000.0f));
    }
    for (const Floats& all : {codes, ties, below, above}) {
      for (std::size_t i = 0; i < all.size(); i += 4096) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i);
        const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(4096, all.size() - i));
        requireEncode(table, Floats(begin, begin + count), 1.0);
      }
    }
  });
}

TEST_CASE("encode holds from denormal to huge components", "[kernels]") {
  forEveryTable([](const KernelTable& table) {
    Random random(kSeed);
    for (const float largest :
         {std::numeric_limits<float>::denorm_min(), 1e-40f, std::numeric_limits<float>::min(),
          1e-20f, 1.0f, 3e38f, std::numeric_limits<float>::max()}) {
      INFO("largest component " << largest);
      Floats v = {largest, -largest, largest / 2, -largest / 3, 0.0f, -0.0f, 1e-40f, -1e-40f};
      for (float& x : v) x = std::clamp(x, -largest, largest);
      for (int i = 0; i < 92; ++i) v.push_back(largest * random.component());
      for (const std::size_t n : {v.size(), v.size() - 1, std::size_t{64}, std::size_t{1}}) {
        requireEncode(table, Floats(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(n)),
                      inverseScaleFor(largest));
      }
    }
  });
}

#if defined(__linux__)
TEST_CASE("no kernel touches a byte outside its arguments", "[kernels]") {
  using GuardedCodes = damask::test::GuardedBuffer<std::int8_t>;
  using GuardedFloats = damask::test::GuardedBuffer<float>;
  using damask::test::Flush;
  forEveryTable([](const KernelTable& table) {
    for (const std::size_t n : dimensions()) {
      INFO("dimension " << n);
      Random random(kSeed + n);
      const Codes a = randomCodes(random, n), b = randomCodes(random, n);
      const Floats v = randomFloats(random, n);
      for (const auto flush : {Flush::atStart, Flush::atEnd}) {
        GuardedCodes aGuarded(a, flush), bGuarded(b, flush);
        GuardedCodes hi(a, flush), lo(b, flush);
        GuardedFloats vGuarded(v, flush);
        const std::vector<const std::int8_t*> rows(5, bGuarded.data());
        std::vector<std::int32_t> out(rows.size());

        const std::int64_t expected = plainDot8(a, b);
        REQUIRE(table.dot8(aGuarded.data(), bGuarded.data(), n) == expected);
        table.dot8Batch(aGuarded.data(), rows.data(), rows.size(), n, out.data());
        REQUIRE(std::count(out.begin(), out.end(), expected) == 5);
        REQUIRE(table.dot16(aGuarded.data(), bGuarded.data(), hi.data(), lo.data(), n) ==
                plainDot16(a, b, a, b));
        REQUIRE(table.maxAbsBits(vGuarded.data(), n) == plainMaxAbsBits(v));
        table.encode(vGuarded.data(), 32512.0, n, hi.data(), lo.data());
        std::vector<int> q;
        for (std::size_t i = 0; i < n; ++i) q.push_back(256 * hi.data()[i] + lo.data()[i]);
        REQUIRE(q == plainQuantize(v, 32512.0));
      }
    }
  });
}
#endif

TEST_CASE("the detected tables are among the compiled ones, in the same order", "[kernels]") {
  const auto compiled = damask::kernels::compiledTables();
  const auto detected = damask::kernels::detectedTables();
  REQUIRE_FALSE(detected.empty());
  REQUIRE(detected.front() == compiled.front());
  auto position = compiled.begin();
  for (const KernelTable* table : detected) {
    position = std::find(position, compiled.end(), table);
    REQUIRE(position != compiled.end());
  }
}

#if !defined(__wasm__)
TEST_CASE("DAMASK_ISA chooses a detected table and refuses any other name", "[kernels]") {
  const char* const set = std::getenv("DAMASK_ISA");
  struct Restore {
    const std::string before;
    ~Restore() { setenv("DAMASK_ISA", before.c_str(), 1); }
  } const restore{set == nullptr ? "" : set};
  forEveryTable([](const KernelTable& table) {
    REQUIRE(setenv("DAMASK_ISA", table.name, 1) == 0);
    REQUIRE(damask::kernels::activeTable().value() == &table);
    REQUIRE(damask::activeInstructionSet().value() == table.name);
  });

  REQUIRE(setenv("DAMASK_ISA", "abacus", 1) == 0);
  const auto refused = damask::activeInstructionSet();
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().code == damask::ErrorCode::unsupported);
  REQUIRE_THAT(refused.error().message, Catch::Contains("abacus"));
  for (const std::string_view name : damask::detectedInstructionSets()) {
    REQUIRE_THAT(refused.error().message, Catch::Contains(std::string(name)));
  }

  REQUIRE(unsetenv("DAMASK_ISA") == 0);
  REQUIRE(damask::kernels::activeTable().value() == damask::kernels::detectedTables().back());
}
#endif
