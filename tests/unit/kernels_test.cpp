// Every kernel of every instruction set that this machine runs, against the plain definitions
// written below. Those that read stored codes are in stored_kernels_test.cpp.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "damask/isa.hpp"
#include "guarded_buffer.hpp"
#include "kernels_fixture.hpp"

namespace {

using namespace damask::testing;
using damask::kernels::KernelTable;

constexpr std::uint32_t kInfinityBits = 0x7f800000;

std::int64_t plainDot8(const Codes& a, const Codes& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::int64_t{a[i]} * b[i];
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
  REQUIRE(
      std::none_of(hi.begin() + 1, hi.end() - 1, [](int high) { return std::abs(high) > 119; }));
}

void requireEncode(const KernelTable& table, const Floats& v, double inverseScale) {
  requireEncode(table, v, v.data(), inverseScale);
}

double inverseScaleFor(float largest) {
  return 30591.0 / static_cast<double>(largest);
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
    for (int q = -30591; q <= 30591; ++q) codes.push_back(static_cast<float>(q));
    for (int q = -30591; q < 30591; ++q) {
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
        REQUIRE(table.dot8(aGuarded.data(), bGuarded.data(), n) == plainDot8(a, b));
        REQUIRE(table.maxAbsBits(vGuarded.data(), n) == plainMaxAbsBits(v));
        table.encode(vGuarded.data(), 30591.0, n, hi.data(), lo.data());
        std::vector<int> q;
        for (std::size_t i = 0; i < n; ++i) q.push_back(256 * hi.data()[i] + lo.data()[i]);
        REQUIRE(q == plainQuantize(v, 30591.0));
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
