// What a search answers, against scoring every row in double; and what it refuses.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::kSlowTarget;
using damask::testing::patternWithId;
using damask::testing::scoreOf;
using damask::testing::scoreTolerance;
using damask::testing::slotsOf;
using damask::testing::storeOf;
using damask::testing::throughCodes;
using damask::testing::Vectors;

constexpr std::uint64_t kSeed = 0x736561726368;
constexpr Metric kMetrics[] = {Metric::cosine, Metric::euclidean, Metric::dot};
constexpr std::size_t kRows = 600 / kSlowTarget;

StoreOptions optionsOf(Metric metric, std::size_t dimension) {
  StoreOptions options;
  options.metric = metric;
  options.dimension = static_cast<std::uint32_t>(dimension);
  options.hnsw = {16, 80, 60};
  options.indexingThreshold = 0;
  return options;
}

// A store of generated rows, and further rows to ask for.
struct Fixture {
  Fixture(Metric metric, std::size_t dimension, std::size_t rows = kRows)
      : vectors(clusteredVectors(rows + 25, dimension, kSeed)),
        rowCount(rows),
        store(storeOf(optionsOf(metric, dimension),
                      std::span(vectors.values).first(rows * dimension))) {}

  std::span<const float> query(std::size_t i) const { return vectors[rowCount + i]; }

  Vectors vectors;
  std::size_t rowCount;
  PatternStore store;
};

SearchOptions ask(std::size_t k, std::optional<std::uint32_t> ef = std::nullopt) {
  SearchOptions options;
  options.k = k;
  options.ef = ef;
  return options;
}

SearchOptions askExactly(std::size_t k) {
  SearchOptions options = ask(k);
  options.exact = true;
  return options;
}

bool same(const std::vector<SlotHit>& a, const std::vector<SlotHit>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SlotHit& x, const SlotHit& y) {
    return x.slot == y.slot && x.score == y.score;
  });
}

void requireRefused(const PatternStore& store, std::span<const float> query,
                    const SearchOptions& options, const std::string& part) {
  const auto refused = store.search(query, options);
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().code == ErrorCode::invalidArgument);
  REQUIRE_THAT(refused.error().message, Catch::Contains(part));
}

}  // namespace

TEST_CASE("an exact search gives what scoring every row in double gives", "[search]") {
  for (const Metric metric : kMetrics) {
    for (const std::size_t dimension : {1, 7, 33, 384}) {
      INFO(metricName(metric) << ", dimension " << dimension << ", seed " << kSeed);
      const Fixture f(metric, dimension);
      std::vector<std::vector<float>> rows;
      for (std::uint32_t slot = 0; slot < kRows; ++slot) {
        rows.push_back(f.store.embeddingAt(slot).value().value());
      }
      for (std::size_t q = 0; q < 25; ++q) {
        const auto query = throughCodes(metric, f.query(q));
        std::vector<double> scores;
        for (const auto& row : rows) scores.push_back(scoreOf(metric, query, row));
        std::vector<double> sorted = scores;
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        const auto hits = slotsOf(f.store, f.query(q), askExactly(30));
        REQUIRE(hits.size() == 30);
        std::set<std::uint32_t> slots;
        for (std::size_t i = 0; i < hits.size(); ++i) {
          const double tolerance = scoreTolerance(metric, query, rows[hits[i].slot]);
          REQUIRE(std::abs(hits[i].score - scores[hits[i].slot]) <= tolerance);
          REQUIRE(std::abs(hits[i].score - sorted[i]) <= tolerance);
          REQUIRE((i == 0 || hits[i].score <= hits[i - 1].score));
          slots.insert(hits[i].slot);
        }
        REQUIRE(slots.size() == hits.size());
      }
    }
  }
}

TEST_CASE("a walk reports the score that an exact search reports", "[search]") {
  for (const Metric metric : kMetrics) {
    const Fixture f(metric, 33);
    for (std::size_t q = 0; q < 25; ++q) {
      std::vector<float> scoreBySlot(kRows);
      for (const SlotHit& hit : slotsOf(f.store, f.query(q), askExactly(kRows))) {
        scoreBySlot[hit.slot] = hit.score;
      }
      SearchReport report;
      const auto hits = slotsOf(f.store, f.query(q), ask(10, 20), &report);
      REQUIRE(report.plan == SearchPlan::graph);
      REQUIRE(hits.size() == 10);
      for (const SlotHit& hit : hits) REQUIRE(hit.score == scoreBySlot[hit.slot]);
    }
  }
}

TEST_CASE("a stored vector is the best match of itself", "[search]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean}) {
    for (const std::size_t dimension : {7, 33}) {
      const Fixture f(metric, dimension);
      for (std::size_t row = 0; row < kRows; ++row) {
        const auto hits = f.store.search(f.vectors[row], ask(1)).value();
        REQUIRE(hits.size() == 1);
        REQUIRE(hits[0].score == 1.0f);
      }
    }
  }
}

TEST_CASE("among equals the older comes first", "[search]") {
  for (const Metric metric : kMetrics) {
    Vectors rows{3, {}};
    for (std::size_t i = 0; i < 300; ++i) {
      const float x = i % 3 == 0 ? 1.0f : 0.5f;
      rows.values.insert(rows.values.end(), {1.0f, x, 2.0f});
    }
    PatternStore store = storeOf(optionsOf(metric, 3), rows.values);
    REQUIRE(store.upsert(patternWithId("0"), rows[0]));  // now the youngest
    std::vector<std::uint32_t> expected;
    for (std::uint32_t slot = 3; slot < 300; slot += 3) expected.push_back(slot);
    expected.push_back(300);
    std::vector<std::uint32_t> found;
    for (const SlotHit& hit : slotsOf(store, rows[0], askExactly(100))) found.push_back(hit.slot);
    REQUIRE(found == expected);
  }
}

TEST_CASE("a threshold drops what scores below it, and nothing else", "[search]") {
  for (const Metric metric : kMetrics) {
    const Fixture f(metric, 33);
    for (const bool exact : {false, true}) {
      SearchOptions options = exact ? askExactly(20) : ask(20);
      const auto all = slotsOf(f.store, f.query(0), options);
      REQUIRE(all.size() == 20);
      for (const std::size_t i : {0, 7, 19}) {
        options.threshold = all[i].score;
        const auto reached = static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const SlotHit& hit) { return hit.score >= all[i].score; }));
        REQUIRE(same(slotsOf(f.store, f.query(0), options),
                     {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(reached)}));
      }
      options.threshold = std::nextafter(all[0].score, std::numeric_limits<float>::max());
      REQUIRE(slotsOf(f.store, f.query(0), options).empty());
      options.threshold = std::numeric_limits<float>::lowest();
      REQUIRE(same(slotsOf(f.store, f.query(0), options), all));
    }
  }
}

TEST_CASE("a search refuses what is outside of its limits", "[search]") {
  const Fixture f(Metric::cosine, 7);
  const auto query = f.query(0);
  requireRefused(f.store, query, ask(0), "k is 0, but must be within [1, 10000]");
  requireRefused(f.store, query, ask(10001), "k is 10001, but must be within [1, 10000]");
  requireRefused(f.store, query, ask(10, 0), "ef is 0, but must be within [10, 10000]");
  requireRefused(f.store, query, ask(10, 9), "ef is 9, but must be within [10, 10000]");
  requireRefused(f.store, query, ask(10, 10001), "ef is 10001, but must be within [10, 10000]");
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    SearchOptions options;
    options.threshold = bad;
    requireRefused(f.store, query, options, "threshold is " + std::to_string(double{bad}));
  }
  requireRefused(f.store, query.first(6), {}, "query has 6 components, but the store's dimension");
  std::vector<float> nan(query.begin(), query.end());
  nan[3] = std::numeric_limits<float>::quiet_NaN();
  requireRefused(f.store, nan, {}, "query[3] is nan, but every component must be finite");
  requireRefused(f.store, std::vector<float>(7, 0.0f), {}, "query is the zero vector");

  std::vector<SlotHit> hits(9);
  const auto refused = f.store.searchSlots(query, ask(10), hits);
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().message == "hits has room for 9, but k is 10");
}

TEST_CASE("an empty store answers with nothing, and still refuses", "[search]") {
  const PatternStore store = storeOf(optionsOf(Metric::cosine, 2), {});
  const std::vector<float> query = {1, 0};
  for (const bool exact : {false, true}) {
    SearchOptions options = exact ? askExactly(10) : ask(10);
    SearchReport report{SearchPlan::graph, false, 99};
    REQUIRE(slotsOf(store, query, options, &report).empty());
    REQUIRE(report.plan == SearchPlan::none);
    REQUIRE(report.exact);
    REQUIRE(report.distanceComputations == 0);
  }
  requireRefused(store, query, ask(0), "k is 0");
  REQUIRE(store.count({}).value() == 0);
}

TEST_CASE("the report says what was done", "[search]") {
  const Fixture f(Metric::euclidean, 33);
  SearchReport report;
  slotsOf(f.store, f.query(0), ask(10, 30), &report);
  REQUIRE(report.plan == SearchPlan::graph);
  REQUIRE_FALSE(report.exact);
  REQUIRE(report.distanceComputations >= 30);
  REQUIRE(report.distanceComputations < kRows + 200);

  slotsOf(f.store, f.query(0), askExactly(10), &report);
  REQUIRE(report.plan == SearchPlan::scan);
  REQUIRE(report.exact);
  // Each by its high plane, and some again by both.
  REQUIRE(report.distanceComputations > kRows);
  REQUIRE(report.distanceComputations <= 2 * kRows);

  SearchOptions nowhere;
  nowhere.domain = "nowhere";
  REQUIRE(slotsOf(f.store, f.query(0), nowhere, &report).empty());
  REQUIRE(report.plan == SearchPlan::none);
  REQUIRE((report.exact && report.distanceComputations == 0));

  // As many candidates as patterns: every one is scored anyway.
  slotsOf(f.store, f.query(0), ask(10, kRows), &report);
  REQUIRE(report.plan == SearchPlan::scan);
  REQUIRE(report.exact);
}

TEST_CASE("a walk that finds fewer than k is followed by a scan", "[search]") {
  // Under dot, short vectors lose all of their links to longer ones.
  StoreOptions options = optionsOf(Metric::dot, 4);
  options.hnsw = {4, 8, 8};
  options.indexingThreshold = 0;
  Vectors rows = clusteredVectors(1000 / kSlowTarget, 4, kSeed);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    rows.values[i] *= static_cast<float>(i / 4 % 17 + 1);
  }
  const PatternStore store = storeOf(options, rows.values);
  const std::size_t k = rows.count() - 10;
  SearchReport report;
  const auto hits = slotsOf(store, rows[0], ask(k), &report);
  REQUIRE(report.plan == SearchPlan::graphThenScan);
  REQUIRE(report.exact);
  REQUIRE(report.distanceComputations > rows.count());
  REQUIRE(same(hits, slotsOf(store, rows[0], askExactly(k))));
}

TEST_CASE("a small store is searched exactly, and gets a graph as it grows", "[search]") {
  StoreOptions options;
  options.dimension = 12;
  options.hnsw = {8, 40, 40};
  options.indexingThreshold = 150;
  const auto vectors = clusteredVectors(400, 12, kSeed);
  PatternStore store = PatternStore::create(options).value();
  SearchOptions plain, exact;
  exact.exact = true;
  std::size_t firstWalk = 0;
  for (std::size_t i = 0; i < vectors.count(); ++i) {
    REQUIRE(store.upsert(patternWithId(std::to_string(i)), vectors[i]));
    SearchReport report;
    const auto hits = store.search(vectors[i], plain, &report).value();
    if (report.plan == SearchPlan::graph) {
      if (firstWalk == 0) firstWalk = i + 1;
      continue;
    }
    REQUIRE(report.exact);
    REQUIRE(firstWalk == 0);
    const auto best = store.search(vectors[i], exact).value();
    REQUIRE(hits.size() == best.size());
    for (std::size_t k = 0; k < hits.size(); ++k) REQUIRE(hits[k].id == best[k].id);
  }
  // Three are linked for each after the 150th, 32 at a time: with the 204th 160 and the next 32.
  REQUIRE(firstWalk == 204);
  // What a snapshot holds of a graph that has not caught up goes on as the original does.
  PatternStore whole = PatternStore::create(options).value();
  for (std::size_t i = 0; i < 400; ++i) {
    REQUIRE(whole.upsert(patternWithId(std::to_string(i)), vectors[i]));
    if (i == 100 || i == 180 || i == 300) {
      whole = PatternStore::open(whole.saveToBytes().value()).value();
    }
  }
  REQUIRE(whole.saveToBytes().value() == store.saveToBytes().value());
}

TEST_CASE("without an ef it is the larger of efSearch and k", "[search]") {
  const Fixture f(Metric::cosine, 33);
  for (const std::uint32_t k : {1, 10, 60, 100}) {
    for (std::size_t q = 0; q < 5; ++q) {
      SearchReport plain, given;
      const auto expected = slotsOf(f.store, f.query(q), ask(k, std::max(60u, k)), &given);
      REQUIRE(same(slotsOf(f.store, f.query(q), ask(k), &plain), expected));
      REQUIRE(plain.distanceComputations == given.distanceComputations);
    }
  }
}

TEST_CASE("a larger k begins with the hits of a smaller one under the same ef", "[search]") {
  const Fixture f(Metric::cosine, 33);
  for (std::size_t q = 0; q < 25; ++q) {
    const auto many = slotsOf(f.store, f.query(q), ask(50, 60));
    const auto few = slotsOf(f.store, f.query(q), ask(5, 60));
    REQUIRE(same(few, {many.begin(), many.begin() + 5}));
  }
}

TEST_CASE("a search changes nothing, and answers the same again", "[search]") {
  const Fixture f(Metric::dot, 33);
  const auto before = f.store.saveToBytes().value();
  std::vector<std::vector<SlotHit>> first;
  for (std::size_t q = 0; q < 25; ++q) first.push_back(slotsOf(f.store, f.query(q), ask(10)));
  for (std::size_t q = 25; q-- > 0;) {
    REQUIRE(same(slotsOf(f.store, f.query(q), ask(10)), first[q]));
  }
  REQUIRE(f.store.saveToBytes().value() == before);
}

TEST_CASE("hits by id are the hits by slot", "[search]") {
  const Fixture f(Metric::cosine, 7);
  for (std::size_t q = 0; q < 10; ++q) {
    SearchReport byId, bySlot;
    const auto ids = f.store.search(f.query(q), ask(20), &byId).value();
    const auto slots = slotsOf(f.store, f.query(q), ask(20), &bySlot);
    REQUIRE(ids.size() == slots.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      REQUIRE(ids[i].id == f.store.idOf(slots[i].slot));
      REQUIRE(ids[i].score == slots[i].score);
    }
    REQUIRE(byId.distanceComputations == bySlot.distanceComputations);
  }
}

TEST_CASE("the scale of a query does not change its cosines", "[search]") {
  const Fixture f(Metric::cosine, 33);
  for (std::size_t q = 0; q < 10; ++q) {
    const auto expected = slotsOf(f.store, f.query(q), ask(10));
    for (const int exponent : {-100, -3, 40, 120}) {
      std::vector<float> scaled(f.query(q).begin(), f.query(q).end());
      for (float& x : scaled) x = std::ldexp(x, exponent);
      REQUIRE(same(slotsOf(f.store, scaled, ask(10)), expected));
    }
  }
}

#if !defined(__wasm__)
TEST_CASE("every instruction set gives the same hits and the same bytes", "[search]") {
  const char* const set = std::getenv("DAMASK_ISA");
  struct Restore {
    const std::string before;
    ~Restore() { setenv("DAMASK_ISA", before.c_str(), 1); }
  } const restore{set == nullptr ? "" : set};
  for (const Metric metric : kMetrics) {
    std::vector<std::byte> bytes;
    std::vector<std::vector<SlotHit>> hits;
    for (const std::string_view name : detectedInstructionSets()) {
      INFO(name << ", " << metricName(metric));
      REQUIRE(setenv("DAMASK_ISA", std::string(name).c_str(), 1) == 0);
      const Fixture f(metric, 71, kRows / 2);
      REQUIRE(f.store.stats().instructionSet == name);
      const auto saved = f.store.saveToBytes().value();
      if (bytes.empty()) bytes = saved;
      REQUIRE(saved == bytes);
      for (std::size_t q = 0; q < 25; ++q) {
        const auto found = slotsOf(f.store, f.query(q), ask(10));
        if (hits.size() == q) hits.push_back(found);
        REQUIRE(same(found, hits[q]));
      }
    }
  }
}
#endif
