// Maximal marginal relevance beside its definition, computed the plain way.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "codec/codec.hpp"
#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x6d6d72;
constexpr std::uint32_t kDimension = 20;
/// A third of them fills the largest pool.
constexpr std::size_t kCount = std::max<std::size_t>(300, 1200 / kSlowTarget);

// The vectors of a store's slots, and what a search would say that two of them score.
class Pairs {
 public:
  Pairs(Metric metric, const Vectors& vectors)
      : codec_(kDimension, metric, kernels::compiledTables().front()), vectors_(vectors) {}

  float score(std::size_t a, std::size_t b) const {
    const Code ca = encode(a), cb = encode(b);
    return codec_.score(codec_.distance({ca.hi.data(), ca.lo.data()}, ca.factor,
                                        {cb.top.data(), cb.rest.data()}, cb.factor));
  }

 private:
  struct Code {
    std::vector<std::int8_t> hi, lo;
    std::vector<std::uint8_t> top, rest;
    ColdFactor factor;
  };
  Code encode(std::size_t row) const {
    static_assert(kDimension % 2 == 0);
    Code code{std::vector<std::int8_t>(kDimension),
              std::vector<std::int8_t>(kDimension),
              std::vector<std::uint8_t>(codec_.half()),
              std::vector<std::uint8_t>(restBytes(kDimension)),
              {}};
    const float largest = codec_.check(vectors_[row], "vector").value();
    code.factor = codec_.encode(vectors_[row], largest, code.hi.data(), code.lo.data());
    codec_.split({code.hi.data(), code.lo.data()}, code.top.data(), code.rest.data());
    return code;
  }

  Codec codec_;
  const Vectors& vectors_;
};

std::vector<SlotHit> choose(std::vector<SlotHit> candidates, const Pairs& pairs, std::size_t k,
                            double lambda) {
  std::vector<SlotHit> chosen;
  while (chosen.size() < k && !candidates.empty()) {
    std::size_t best = 0;
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < candidates.size() && !chosen.empty(); ++i) {
      float nearest = -std::numeric_limits<float>::infinity();
      for (const SlotHit& c : chosen) {
        nearest = std::max(nearest, pairs.score(candidates[i].slot, c.slot));
      }
      const double value = lambda * static_cast<double>(candidates[i].score) -
                           (1 - lambda) * static_cast<double>(nearest);
      if (value > largest) {
        largest = value;
        best = i;
      }
    }
    chosen.push_back(candidates[best]);
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return chosen;
}

bool same(const std::vector<SlotHit>& a, const std::vector<SlotHit>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SlotHit& x, const SlotHit& y) {
    return x.slot == y.slot && x.score == y.score;
  });
}

// Rows with duplicates among them; a third in the domain "third".
PatternStore storeOf(Metric metric, Vectors& vectors) {
  for (std::size_t row = 9; row < kCount; row += 10) {
    std::copy_n(vectors[row - 1].begin(), kDimension,
                vectors.values.begin() + static_cast<std::ptrdiff_t>(row * kDimension));
  }
  StoreOptions options;
  options.dimension = kDimension;
  options.metric = metric;
  options.hnsw = {8, 60, 40};
  options.indexingThreshold = 0;
  PatternStore store = PatternStore::create(options).value();
  for (std::size_t row = 0; row < kCount; ++row) {
    Pattern pattern = patternWithId(std::to_string(row));
    if (row % 3 == 0) pattern.domain = "third";
    REQUIRE(store.upsert(pattern, vectors[row]));
  }
  return store;
}

}  // namespace

TEST_CASE("MMR chooses what its definition says, from the most similar", "[mmr]") {
  INFO("seed " << kSeed);
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    Vectors vectors = clusteredVectors(kCount + 12, kDimension, kSeed);
    const PatternStore store = storeOf(metric, vectors);
    const Pairs pairs(metric, vectors);
    for (std::size_t q = 0; q < 12; ++q) {
      SearchOptions options;
      options.exact = true;
      if (q % 2 == 1) options.domain = "third";
      const std::size_t pool = q % 3 == 0 ? 60 : 25;
      options.k = pool;
      std::vector<SlotHit> candidates = slotsOf(store, vectors[kCount + q], options);
      REQUIRE(candidates.size() == pool);
      if (q % 4 == 3) {
        options.threshold = candidates[17].score;
        candidates = slotsOf(store, vectors[kCount + q], options);
        REQUIRE((candidates.size() >= 18 && candidates.size() < pool));
      }
      options.k = 5 + q;
      options.mmrPool = static_cast<std::uint32_t>(pool);
      for (const double lambda : {0.0, 0.3, 0.5, 0.9, 1.0}) {
        INFO("query " << q << ", lambda " << lambda);
        options.mmrLambda = lambda;
        const auto hits = slotsOf(store, vectors[kCount + q], options);
        REQUIRE(hits.size() == options.k);
        REQUIRE(same(hits, choose(candidates, pairs, options.k, lambda)));
      }
    }
  }
}

TEST_CASE("with lambda 1 MMR gives the plain ranking, walked or scanned", "[mmr]") {
  INFO("seed " << kSeed);
  Vectors vectors = clusteredVectors(kCount + 40, kDimension, kSeed);
  const PatternStore store = storeOf(Metric::cosine, vectors);
  std::size_t walked = 0;
  for (std::size_t q = 0; q < 40; ++q) {
    SearchOptions plain;
    plain.k = 1 + q % 12;
    if (q % 5 == 4) plain.domain = "third";
    SearchOptions diverse = plain;
    diverse.mmrLambda = 1;
    if (q % 2 == 1) {
      plain.ef = 70;
      diverse.mmrPool = 70;
    } else if (q % 4 == 2) {
      diverse.mmrPool = 12;
    } else if (4 * plain.k > 40) {
      plain.ef = static_cast<std::uint32_t>(4 * plain.k);
    }
    SearchReport report;
    const auto hits = slotsOf(store, vectors[kCount + q], diverse, &report);
    REQUIRE(same(hits, slotsOf(store, vectors[kCount + q], plain)));
    walked += report.plan == SearchPlan::graph ? 1 : 0;
  }
  REQUIRE(walked > 10);
}

TEST_CASE("MMR passes over near-duplicates, and gives all there are when asked", "[mmr]") {
  StoreOptions options;
  options.dimension = 3;
  PatternStore store = PatternStore::create(options).value();
  const std::vector<std::vector<float>> rows = {
      {1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {0.9f, 0.43f, 0}, {0.9f, 0, 0.43f}, {0.9f, 0.43f, 0}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(store.upsert(patternWithId(std::to_string(i)), rows[i]));
  }
  SearchOptions search;
  search.mmrLambda = 0.4;
  std::string order;
  const auto hits = store.search(rows[0], search);
  for (const SearchHit& hit : *hits) order += hit.id;
  // 3 and 4 are alike in every way but their age, as are 1 and 2.
  REQUIRE(order == "034125");
  REQUIRE((hits->front().score == 1.0f && (*hits)[3].score == 1.0f));
  SearchReport report;
  search.domain = "none";
  REQUIRE(store.search(rows[0], search, &report)->empty());
  REQUIRE((report.plan == SearchPlan::none && report.distanceComputations == 0));
}

TEST_CASE("MMR's options are checked", "[mmr]") {
  const auto refusal = [](std::optional<double> lambda, std::optional<std::uint32_t> pool) {
    SearchOptions options;
    options.mmrLambda = lambda;
    options.mmrPool = pool;
    const Result<void> valid = validate(options);
    if (valid) return std::string();
    REQUIRE(valid.error().code == ErrorCode::invalidArgument);
    return valid.error().message;
  };
  REQUIRE(refusal(0.0, std::nullopt).empty());
  REQUIRE(refusal(1.0, 10).empty());
  REQUIRE(refusal(1.0, 10000).empty());
  REQUIRE(refusal(-0.01, std::nullopt) == "mmrLambda is -0.010000, but must be within [0, 1]");
  REQUIRE_FALSE(refusal(std::nextafter(1.0, 2.0), std::nullopt).empty());
  REQUIRE(refusal(std::nan(""), std::nullopt) == "mmrLambda is nan, but must be within [0, 1]");
  REQUIRE_FALSE(refusal(std::numeric_limits<double>::infinity(), std::nullopt).empty());
  REQUIRE(refusal(0.5, 9) == "mmrPool is 9, but must be within [10, 10000]");
  REQUIRE(refusal(0.5, 10001) == "mmrPool is 10001, but must be within [10, 10000]");
  REQUIRE(refusal(std::nullopt, 20) == "mmrPool is given, but mmrLambda is not");
}
