// Float32 vectors to codes and back, and the distances on codes, against plain arithmetic in
// double.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "graph/order.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::kSlowTarget;
using damask::testing::Random;
using Floats = std::vector<float>;

constexpr std::uint64_t kSeed = 0x636f646563;
constexpr Metric kMetrics[] = {Metric::cosine, Metric::euclidean, Metric::dot};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

struct Encoded {
  std::vector<std::int8_t> hi, lo;
  std::vector<std::uint8_t> top, rest;
  ColdFactor cold;
  CodePlanes planes() const { return {hi.data(), lo.data()}; }
  StoredCode stored() const { return {top.data(), rest.data()}; }
  int code(std::size_t i) const { return 256 * hi[i] + lo[i]; }
};

Encoded encode(const Codec& codec, const Floats& v) {
  const auto largest = codec.check(v, "vector");
  REQUIRE(largest.has_value());
  const std::size_t half = codec.half();
  Encoded e{std::vector<std::int8_t>(2 * half, 99),
            std::vector<std::int8_t>(2 * half, 99),
            std::vector<std::uint8_t>(half),
            std::vector<std::uint8_t>(restBytes(v.size())),
            {}};
  e.cold = codec.encode(v, *largest, e.hi.data(), e.lo.data());
  codec.split(e.planes(), e.top.data(), e.rest.data());
  return e;
}

Floats uniform(Random& random, std::size_t n, float magnitude) {
  Floats v(n);
  for (float& x : v) {
    x = magnitude * (static_cast<float>(random.between(-1000000, 1000000)) / 1e6f);
  }
  v[random.below(static_cast<std::uint32_t>(n))] = magnitude;  // never all zero
  return v;
}

// Components of the same vector that differ by many powers of two.
Floats spread(Random& random, std::size_t n, float magnitude) {
  Floats v(n);
  for (float& x : v) {
    x = std::ldexp(magnitude * (random.below(2) == 0 ? 1.0f : -1.0f), -random.between(0, 24));
  }
  v[random.below(static_cast<std::uint32_t>(n))] = -magnitude;
  return v;
}

std::vector<std::size_t> dimensions() {
  std::vector<std::size_t> all;
  for (std::size_t n = 1; n <= 33; ++n) all.push_back(n);
  for (const std::size_t n : {63, 64, 65, 127, 128, 129, 384, 1000, 4096}) all.push_back(n);
  return all;
}

double norm(const Floats& v) {
  double sum = 0;
  for (const float x : v) sum += double{x} * double{x};
  return std::sqrt(sum);
}

// The plain definition of Codec::distance, in double, for any two vectors.
template <typename A, typename B>
double plainDistance(Metric metric, std::size_t n, A a, B b) {
  double dot = 0, a2 = 0, b2 = 0, squared = 0;
  for (std::size_t i = 0; i < n; ++i) {
    dot += a(i) * b(i);
    a2 += a(i) * a(i);
    b2 += b(i) * b(i);
    squared += (a(i) - b(i)) * (a(i) - b(i));
  }
  if (metric == Metric::cosine) return -(dot / std::sqrt(a2) / std::sqrt(b2));
  return metric == Metric::euclidean ? squared : -dot;
}

template <typename Check>
void forEveryCodec(Check check) {
  for (const auto* table : kernels::detectedTables()) {
    for (const Metric metric : kMetrics) {
      for (const std::size_t n : dimensions()) {
        INFO(table->name << ", " << metricName(metric) << ", dimension " << n << ", seed "
                         << kSeed);
        Random random(kSeed + n);
        check(Codec(static_cast<std::uint32_t>(n), metric, table), metric, n, random);
      }
    }
  }
}

std::string refusal(const Codec& codec, const Floats& v) {
  const auto refused = codec.check(v, "query");
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().code == ErrorCode::invalidArgument);
  return refused.error().message;
}

Codec scalarCodec(std::size_t dimension, Metric metric) {
  return Codec(static_cast<std::uint32_t>(dimension), metric, kernels::detectedTables().front());
}

}  // namespace

TEST_CASE("decoding gives every component back to half a step", "[codec]") {
  constexpr float kSmallest = std::numeric_limits<float>::denorm_min();
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    std::vector<float> magnitudes = {1e-15f, 3e-7f, 1.0f, 1e15f};
    if (metric == Metric::cosine) {
      for (const float extreme : {kSmallest, 1e-42f, 1e-38f, 3e38f}) magnitudes.push_back(extreme);
      magnitudes.push_back(std::numeric_limits<float>::max());
    }
    for (const float magnitude : magnitudes) {
      for (const Floats& v : {uniform(random, n, magnitude), spread(random, n, magnitude),
                              Floats(n, magnitude), Floats(n, -magnitude)}) {
        const Encoded e = encode(codec, v);
        Floats decoded(n);
        codec.decode(e.stored(), e.cold.scale, decoded);
        REQUIRE(static_cast<float>(e.cold.scale * kLargestCode) == magnitude);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
          // Half a step, and then the rounding of the result to a float32.
          const double bound = 0.5 * e.cold.scale * (1 + 1e-9) +
                               std::max(std::abs(double{v[i]}) * 0x1p-24, 0.5 * kSmallest);
          if (std::abs(double{decoded[i]} - double{v[i]}) > bound) ++wrong;
        }
        INFO("magnitude " << magnitude);
        REQUIRE(wrong == 0);
      }
    }
  });
}

TEST_CASE("the zero vector is a code under euclidean and dot", "[codec]") {
  for (const Metric metric : {Metric::euclidean, Metric::dot}) {
    const Codec codec = scalarCodec(5, metric);
    const Encoded zero = encode(codec, Floats{0.0f, -0.0f, 0.0f, 0.0f, 0.0f});
    REQUIRE(zero.cold.scale == 0);
    REQUIRE(zero.cold.selfDot == 0);
    REQUIRE(codec.plausible(zero.cold.scale));
    Floats decoded(5, 1.0f);
    codec.decode(zero.stored(), zero.cold.scale, decoded);
    REQUIRE(decoded == Floats(5, 0.0f));
    const Encoded other = encode(codec, Floats{3, 0, 4, 0, 0});
    const double distance = codec.distance(zero.planes(), zero.cold, other.stored(), other.cold);
    REQUIRE(distance == Approx(metric == Metric::euclidean ? 25.0 : 0.0).margin(0.002));
    REQUIRE((metric == Metric::euclidean || !std::signbit(codec.score(distance))));
    REQUIRE(codec.distance(zero.planes(), zero.cold, zero.stored(), zero.cold) == 0);
  }
}

TEST_CASE("a vector of another length is refused by name and numbers", "[codec]") {
  for (const Metric metric : kMetrics) {
    const Codec codec = scalarCodec(8, metric);
    for (const std::size_t n : {0, 1, 7, 9, 4096}) {
      REQUIRE(refusal(codec, Floats(n, 1.0f)) ==
              "query has " + std::to_string(n) + " components, but the store's dimension is 8");
    }
  }
}

TEST_CASE("NaN and infinity are refused wherever they stand", "[codec]") {
  const float infinity = std::numeric_limits<float>::infinity();
  forEveryCodec([&](const Codec& codec, Metric, std::size_t n, Random& random) {
    Floats v = uniform(random, n, 1.0f);
    for (std::size_t i = 0; i<n; i += n> 200 ? 97 : 1) {
      for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
        const float before = std::exchange(v[i], bad);
        const std::string message = refusal(codec, v);
        REQUIRE(message.find("query[" + std::to_string(i) + "] is ") == 0);
        REQUIRE(message.find(std::isnan(bad) ? "nan"
                             : bad > 0       ? "is inf"
                                             : "is -inf") != std::string::npos);
        REQUIRE(message.find("must be finite") != std::string::npos);
        v[i] = before;
      }
    }
  });
}

TEST_CASE("cosine refuses the zero vector and takes any other", "[codec]") {
  for (const std::size_t n : {1, 3, 64}) {
    const Codec codec = scalarCodec(n, Metric::cosine);
    REQUIRE(refusal(codec, Floats(n, 0.0f)) == "query is the zero vector, which has no cosine");
    REQUIRE(refusal(codec, Floats(n, -0.0f)) == "query is the zero vector, which has no cosine");
    Floats v(n, 0.0f);
    v[n - 1] = std::numeric_limits<float>::denorm_min();
    REQUIRE(codec.check(v, "query").value() == v[n - 1]);
    v[0] = -std::numeric_limits<float>::max();
    REQUIRE(codec.check(v, "query").value() == -v[0]);
  }
}

TEST_CASE("euclidean and dot refuse magnitudes beyond their limits", "[codec]") {
  for (const Metric metric : {Metric::euclidean, Metric::dot}) {
    const Codec codec = scalarCodec(3, metric);
    for (const float allowed : {limits::kMinMagnitude, 1.0f, limits::kMaxMagnitude}) {
      REQUIRE(codec.check(Floats{0, -allowed, 0}, "query").value() == allowed);
    }
    for (const float refused :
         {std::nextafter(limits::kMinMagnitude, 0.0f), 1e-40f,
          std::nextafter(limits::kMaxMagnitude, 2e15f), std::numeric_limits<float>::max()}) {
      const std::string message = refusal(codec, Floats{0, -refused, 0});
      REQUIRE(message.find("query has a largest component of ") == 0);
      REQUIRE(message.find(metricName(metric)) != std::string::npos);
      REQUIRE(message.find("[1e-15, 1e+15]") != std::string::npos);
    }
  }
}

TEST_CASE("distances on codes are those of the coded numbers", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    for (int round = 0; round < 8; ++round) {
      const Encoded a = encode(codec, uniform(random, n, 1.0f));
      const Encoded b = encode(codec, uniform(random, n, round < 4 ? 1.0f : 1e-6f));
      const double distance = codec.distance(a.planes(), a.cold, b.stored(), b.cold);
      const auto valueOf = [](const Encoded& e) {
        return [&e](std::size_t i) { return e.code(i) * e.cold.scale; };
      };
      const double plain = plainDistance(metric, n, valueOf(a), valueOf(b));
      // The plain sum rounds at each of its n terms, the codec only a few times.
      const double size = metric == Metric::cosine ? 1 : 4.0 * static_cast<double>(n);
      REQUIRE(std::abs(distance - plain) <= kEpsilon * size * static_cast<double>(n + 8));
      REQUIRE(distance == codec.distance(b.planes(), b.cold, a.stored(), a.cold));
    }
  });
}

TEST_CASE("distances on codes are close to those of the vectors", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    for (int round = 0; round < 8; ++round) {
      const Floats va = uniform(random, n, 1.0f), vb = uniform(random, n, 20.0f);
      const Encoded a = encode(codec, va), b = encode(codec, vb);
      const double distance = codec.distance(a.planes(), a.cold, b.stored(), b.cold);
      const double plain = plainDistance(
          metric, n, [&](std::size_t i) { return double{va[i]}; },
          [&](std::size_t i) { return double{vb[i]}; });
      // The codes are vectors that lie within these distances of the originals.
      const double ea = 0.5001 * a.cold.scale * std::sqrt(n),
                   eb = 0.5001 * b.cold.scale * std::sqrt(n);
      const double na = norm(va), nb = norm(vb);
      if (metric == Metric::cosine) {
        REQUIRE(std::abs(distance - plain) <= 2 * (ea / na + eb / nb));
      } else if (metric == Metric::euclidean) {
        REQUIRE(std::abs(std::sqrt(distance) - std::sqrt(plain)) <= ea + eb);
      } else {
        REQUIRE(std::abs(distance - plain) <= na * eb + nb * ea + ea * eb);
      }
    }
  });
}

TEST_CASE("a vector's score with itself is exactly 1", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    if (metric == Metric::dot) return;
    for (std::size_t round = 0; round < 64 / kSlowTarget + 4; ++round) {
      const float magnitude = std::ldexp(1.0f, random.between(-40, 40));
      const Encoded e = encode(codec, uniform(random, n, magnitude));
      REQUIRE(codec.score(codec.distance(e.planes(), e.cold, e.stored(), e.cold)) == 1.0f);
    }
  });
}

TEST_CASE("no cosine score leaves [-1, 1]", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    if (metric != Metric::cosine) return;
    for (int round = 0; round < 16; ++round) {
      const Floats v = uniform(random, n, 1.0f);
      const float factor = std::ldexp(1.0f + static_cast<float>(random.below(1000)) / 1000.0f,
                                      random.between(-20, 20));
      Floats parallel = v, opposite = v;
      for (float& x : parallel) x *= factor;
      for (float& x : opposite) x *= -factor;
      const Encoded a = encode(codec, v), b = encode(codec, parallel), c = encode(codec, opposite);
      const float same = codec.score(codec.distance(a.planes(), a.cold, b.stored(), b.cold));
      const float other = codec.score(codec.distance(a.planes(), a.cold, c.stored(), c.cold));
      REQUIRE((same <= 1.0f && same > 0.999999f));
      REQUIRE((other >= -1.0f && other < -0.999999f));
    }
  });
}

TEST_CASE("a code comes back whole from what is stored of it", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric, std::size_t n, Random& random) {
    const Encoded e = encode(codec, uniform(random, n, 1.0f));
    const std::size_t half = codec.half();
    std::vector<std::int8_t> hi(2 * half, 77), lo(2 * half, 77);
    codec.join(e.stored(), hi.data(), lo.data());
    REQUIRE(hi == e.hi);
    REQUIRE(lo == e.lo);
    REQUIRE((n % 2 == 0 || (hi.back() == 0 && lo.back() == 0)));
    codec.expandTop(e.top.data(), hi.data());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 2 * half; ++i) {
      // The nearest multiple of 16, which encode() keeps within what a nibble holds.
      if (std::abs(hi[i]) > kLargestTop || std::abs(16 * hi[i] - e.hi[i]) > 8) ++wrong;
    }
    REQUIRE(wrong == 0);
    std::vector<std::uint8_t> erased = e.rest;
    codec.eraseRest(erased.data());
    std::vector<std::int8_t> only(2 * half);
    codec.join({e.top.data(), erased.data()}, only.data(), lo.data());
    for (std::int8_t& top : hi) top = static_cast<std::int8_t>(16 * top);
    REQUIRE(only == hi);
    REQUIRE(lo == std::vector<std::int8_t>(2 * half));
  });
}

TEST_CASE("estimates are close to the distances", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    for (int round = 0; round < 8; ++round) {
      const Floats va = uniform(random, n, 1.0f), vb = uniform(random, n, 3.0f);
      const Encoded a = encode(codec, va), b = encode(codec, vb);
      const HotFactor fa = codec.queryFactor(a.cold, a.hi.data());
      const HotFactor fb = codec.storedFactor(b.cold, b.top.data());
      const std::uint8_t* row = b.top.data();
      std::int32_t dot = 0;
      codec.kernels().dot4Batch(a.hi.data(), &row, 1, codec.half(), &dot);
      const double estimated = estimate(dot, fa, fb, codec.weight());
      const double distance = codec.distance(a.planes(), a.cold, b.stored(), b.cold);
      // Each plane lies within half of its step, 128 and 2048 codes, of the full code.
      const double ea = 128 * a.cold.scale * std::sqrt(n), eb = 2176 * b.cold.scale * std::sqrt(n);
      const double na = norm(va) + ea, nb = norm(vb) + eb;
      const double rounding = 0x1p-20 * (na + nb) * (na + nb);
      if (metric == Metric::cosine) {
        REQUIRE(std::abs(estimated - (1 + distance)) <= 2 * (ea / norm(va) + eb / norm(vb)) + 1e-6);
      } else if (metric == Metric::euclidean) {
        const double bound = (ea + eb) * (2 * std::sqrt(distance) + ea + eb) + rounding;
        REQUIRE(std::abs(estimated - distance) <= bound);
      } else {
        REQUIRE(std::abs(estimated - distance) <= na * eb + nb * ea + rounding);
      }
    }
  });
}

TEST_CASE("nothing seems nearer than a vector with the same top plane", "[codec]") {
  forEveryCodec([&](const Codec& codec, Metric metric, std::size_t n, Random& random) {
    if (metric == Metric::dot || n < 2) return;
    const Floats base = uniform(random, n, 1.0f);
    std::vector<Encoded> near;
    for (int i = 0; i < 8; ++i) {
      Floats v = base;
      for (float& x : v) x += 1e-3f * static_cast<float>(random.between(-1000, 1000)) / 1000.0f;
      near.push_back(encode(codec, v));
    }
    const auto estimated = [&](const Encoded& a, const Encoded& b) {
      std::vector<std::int8_t> expanded(2 * codec.half());
      codec.expandTop(a.top.data(), expanded.data());
      const std::uint8_t* row = b.top.data();
      std::int32_t dot = 0;
      codec.kernels().dot4Batch(expanded.data(), &row, 1, codec.half(), &dot);
      return estimate(dot, codec.storedFactor(a.cold, a.top.data()),
                      codec.storedFactor(b.cold, b.top.data()), codec.weight());
    };
    // Float32 rounding of numbers of the size of the norms.
    const float rounding = metric == Metric::cosine ? 4e-7f : 4e-7f * static_cast<float>(n);
    for (const Encoded& a : near) {
      REQUIRE(std::abs(estimated(a, a)) <= rounding);
      for (const Encoded& b : near) {
        REQUIRE(estimated(a, b) >= -rounding);
        REQUIRE(estimated(a, b) == estimated(b, a));
      }
    }
  });
}

TEST_CASE("scores are what the interface promises of a distance", "[codec]") {
  REQUIRE(scalarCodec(4, Metric::cosine).score(-0.25) == 0.25f);
  REQUIRE(scalarCodec(4, Metric::dot).score(-1e20) == 1e20f);
  REQUIRE(scalarCodec(4, Metric::dot).score(3.5) == -3.5f);
  REQUIRE(scalarCodec(4, Metric::euclidean).score(0) == 1.0f);
  REQUIRE(scalarCodec(4, Metric::euclidean).score(9) == 0.25f);
  REQUIRE(scalarCodec(4, Metric::euclidean).score(1e36) == Approx(1e-18));
}
