// Dynamic k: results end where the score drops most.

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::kSlowTarget;

constexpr std::uint64_t kSeed = 0x6d696e4b;

// Patterns whose inner product with (1, 0) is as given, in this order.
PatternStore scoring(const std::vector<float>& scores) {
  StoreOptions options;
  options.dimension = 2;
  options.metric = Metric::dot;
  PatternStore store = PatternStore::create(options).value();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    Pattern pattern;
    pattern.id = std::to_string(i);
    REQUIRE(store.upsert(pattern, std::vector<float>{scores[i], 0.5f}));
  }
  return store;
}

std::size_t resultsOf(const PatternStore& store, SearchOptions options, std::size_t k,
                      std::size_t minK) {
  options.k = k;
  options.minK = minK;
  return store.search(std::vector<float>{1, 0}, options).value().size();
}

std::string refusal(const SearchOptions& options) {
  const auto refused = scoring({1}).search(std::vector<float>{1, 0}, options);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().code == ErrorCode::invalidArgument);
  return refused.error().message;
}

}  // namespace

TEST_CASE("results end before the largest drop of the score between minK and k", "[search]") {
  const PatternStore store = scoring({8, 7, 4, 3.5f, 3, 1, 0.75f});
  REQUIRE(resultsOf(store, {}, 7, 1) == 2);
  REQUIRE(resultsOf(store, {}, 7, 2) == 2);
  REQUIRE(resultsOf(store, {}, 7, 3) == 5);
  REQUIRE(resultsOf(store, {}, 7, 5) == 5);
  REQUIRE(resultsOf(store, {}, 7, 6) == 6);
  REQUIRE(resultsOf(store, {}, 7, 7) == 7);
  // Beyond the k-th nothing is looked at.
  REQUIRE(resultsOf(store, {}, 5, 3) == 3);
  REQUIRE(resultsOf(store, {}, 2, 1) == 1);
}

TEST_CASE("without a drop, and with no more than minK results, all are returned", "[search]") {
  REQUIRE(resultsOf(scoring({1, 1, 1, 1}), {}, 4, 1) == 4);
  REQUIRE(resultsOf(scoring({4, 2}), {}, 20, 5) == 2);
  REQUIRE(resultsOf(scoring({}), {}, 20, 5) == 0);
  SECTION("of equal drops the first counts") {
    REQUIRE(resultsOf(scoring({6, 4, 2, 0.5f}), {}, 4, 1) == 1);
  }
  SECTION("a threshold comes before") {
    SearchOptions options;
    options.threshold = 2.5f;
    REQUIRE(resultsOf(scoring({8, 7.5f, 6, 5.5f, 1}), options, 5, 1) == 2);
  }
}

TEST_CASE("a dynamic k gives the beginning of what k gives, on a walk as on a scan", "[search]") {
  INFO("seed " << kSeed);
  StoreOptions settings;
  settings.dimension = 16;
  settings.indexingThreshold = 0;
  PatternStore store = PatternStore::create(settings).value();
  const auto vectors = clusteredVectors(1000 / kSlowTarget, 16, kSeed);
  for (std::size_t i = 0; i < vectors.count(); ++i) {
    Pattern pattern;
    pattern.id = std::to_string(i);
    REQUIRE(store.upsert(pattern, vectors[i]));
  }
  std::size_t shorter = 0;
  for (std::size_t q = 0; q < 50; ++q) {
    for (const bool exact : {false, true}) {
      SearchOptions options;
      options.k = 20;
      options.exact = exact;
      const auto all = store.search(vectors[q], options).value();
      options.minK = 5;
      const auto some = store.search(vectors[q], options).value();
      REQUIRE(some.size() >= 5);
      REQUIRE(some.size() <= all.size());
      for (std::size_t i = 0; i < some.size(); ++i) {
        REQUIRE(some[i].id == all[i].id);
        REQUIRE(some[i].score == all[i].score);
      }
      shorter += some.size() < all.size() ? 1 : 0;
    }
  }
  REQUIRE(shorter > 50);
}

TEST_CASE("a minK outside of 1 to k is refused, and so is one beside MMR", "[search]") {
  SearchOptions options;
  options.minK = 0;
  REQUIRE(refusal(options) == "minK is 0, but must be within [1, 10]");
  options.minK = 11;
  REQUIRE(refusal(options) == "minK is 11, but must be within [1, 10]");
  options.minK = 5;
  options.mmrLambda = 0.5;
  REQUIRE(refusal(options) == "minK is given, and so is mmrLambda: choose one");
}
