// Rebuilding that keeps the links: the same patterns and scores, each reachable, without
// tombstones.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"
#include "unit/shortage.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x636f6d70616374;
constexpr std::uint32_t kDimension = 24;
constexpr std::size_t kRows = 3000 / kSlowTarget;
constexpr std::size_t kWithoutGraph = 100;

std::string idOf(std::size_t number) {
  return std::string("p").append(std::to_string(number));
}

std::vector<std::byte> bytesOf(const PatternStore& store) {
  return store.saveToBytes().value();
}

Pattern patternOf(std::size_t number) {
  Pattern pattern;
  pattern.id = idOf(number);
  return pattern;
}

StoreOptions optionsOf(Metric metric) {
  StoreOptions options;
  options.dimension = kDimension;
  options.metric = metric;
  options.hnsw = {8, 60, 40};
  options.indexingThreshold = kWithoutGraph;
  return options;
}

PatternStore filled(const Vectors& vectors, std::size_t count, Metric metric = Metric::cosine) {
  PatternStore store = PatternStore::create(optionsOf(metric)).value();
  for (std::size_t row = 0; row < count; ++row) {
    REQUIRE(store.upsert(patternOf(row), vectors[row]));
  }
  return store;
}

void compact(PatternStore& store, std::size_t slice) {
  REQUIRE(store.beginRebuild(RebuildKind::compact));
  for (bool done = false; !done;) {
    done = store.stepRebuild(slice).value();
    const RebuildProgress progress = store.rebuildProgress().value();
    REQUIRE((progress.done < progress.total || done));
  }
  REQUIRE(store.finishRebuild());
}

GraphCensus censusOf(PatternStore& store) {
  REQUIRE(store.beginCensus());
  for (;;) {
    if (const auto found = store.stepCensus(100).value()) return *found;
  }
}

double linksOf(const GraphCensus& census) {
  return static_cast<double>(census.links) / static_cast<double>(census.live);
}

std::vector<SearchHit> answers(const PatternStore& store, const Vectors& queries, bool exact) {
  std::vector<SearchHit> all;
  SearchOptions options;
  options.exact = exact;
  for (std::size_t q = 0; q < queries.count(); ++q) {
    const auto hits = store.search(queries[q], options).value();
    all.insert(all.end(), hits.begin(), hits.end());
  }
  return all;
}

bool same(const std::vector<SearchHit>& a, const std::vector<SearchHit>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](auto& x, auto& y) {
           return x.id == y.id && x.score == y.score;
         });
}

double recallOf(const PatternStore& store, const Vectors& queries) {
  std::size_t found = 0;
  for (std::size_t q = 0; q < queries.count(); ++q) {
    SearchOptions options;
    std::set<std::string> truth;
    options.exact = true;
    const auto best = store.search(queries[q], options).value();
    for (const SearchHit& hit : best) truth.insert(hit.id);
    options.exact = false;
    const auto hits = store.search(queries[q], options).value();
    for (const SearchHit& hit : hits) found += truth.count(hit.id);
  }
  return static_cast<double>(found) / static_cast<double>(10 * queries.count());
}

}  // namespace

TEST_CASE("a compacted store has no tombstones, and all else that it had", "[compact]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    INFO("seed " << kSeed);
    Random random(kSeed);
    const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
    const Vectors queries = clusteredVectors(40, kDimension, kSeed + 1);
    PatternStore store = filled(vectors, kRows, metric);
    for (std::size_t n = 0; n < kRows / 4; ++n) {
      REQUIRE(store.remove(idOf(random.below(static_cast<std::uint32_t>(kRows)))));
    }
    const auto exact = answers(store, queries, true);
    const auto bytes = bytesOf(store);
    std::vector<std::byte> compacted;
    for (const std::size_t slice : {std::size_t{1}, std::size_t{37}, std::size_t{100000}}) {
      PatternStore copy = PatternStore::open(bytes).value();
      compact(copy, slice);
      REQUIRE(copy.stats().slots == copy.size());
      REQUIRE(copy.stats().sequence == store.stats().sequence);
      REQUIRE(same(answers(copy, queries, true), exact));
      const GraphCensus census = censusOf(copy);
      REQUIRE(census.unreachable == 0);
      REQUIRE(census.tombstones == 0);
      REQUIRE(census.live == copy.stats().linked);
      // No change came in between, so that slices make no difference.
      if (compacted.empty()) compacted = bytesOf(copy);
      REQUIRE(bytesOf(copy) == compacted);
    }
    REQUIRE(same(answers(PatternStore::open(compacted).value(), queries, true), exact));
  }
}

TEST_CASE("nothing is lost of the links of a store without tombstones", "[compact]") {
  PatternStore store = filled(clusteredVectors(kRows, kDimension, kSeed), kRows);
  while (censusOf(store), store.stepRepair(1000).value()) {
  }
  const auto bytes = bytesOf(store);
  compact(store, 50);
  REQUIRE(bytesOf(store) == bytes);
}

TEST_CASE("replaced again and again, and compacted, a store finds what a new one finds",
          "[compact]") {
  INFO("seed " << kSeed);
  Random random(kSeed);
  const std::size_t live = kRows / 3;
  const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
  const Vectors queries = clusteredVectors(100, kDimension, kSeed + 1);
  PatternStore store = filled(vectors, live);
  std::vector<std::size_t> present;
  for (std::size_t row = 0; row < live; ++row) present.push_back(row);
  for (std::size_t row = live; row < kRows; ++row) {
    const std::size_t at = random.below(static_cast<std::uint32_t>(live));
    REQUIRE(store.remove(idOf(present[at])).value());
    present[at] = row;
    REQUIRE(store.upsert(patternOf(row), vectors[row]));
    if (row % (live / 10) == 0) compact(store, 64);
  }
  compact(store, 64);
  PatternStore fresh = PatternStore::create(optionsOf(Metric::cosine)).value();
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    REQUIRE(fresh.upsert(*store.patternAt(*slot).value(), *store.embeddingAt(*slot).value()));
  }
  const double recall = recallOf(store, queries), best = recallOf(fresh, queries);
  CAPTURE(recall, best);
  REQUIRE(best > 0.9);
  REQUIRE(recall > best - 0.02);
  REQUIRE(censusOf(store).unreachable == 0);
}

TEST_CASE("where a whole region has gone, a compacted store finds what a new one finds",
          "[compact]") {
  INFO("seed " << kSeed);
  const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
  PatternStore store = filled(vectors, kRows);
  SearchOptions region;
  region.k = kRows / 4;
  region.exact = true;
  const auto gone = store.search(vectors[0], region).value();
  const double linksBefore = linksOf(censusOf(store));
  // What is nearest to these now lies around the region.
  Vectors queries{kDimension, {}};
  for (auto hit = gone.rbegin(); queries.count() < 100 && hit != gone.rend(); ++hit) {
    const auto embedding = store.embedding(hit->id).value().value();
    queries.values.insert(queries.values.end(), embedding.begin(), embedding.end());
  }
  for (const SearchHit& hit : gone) REQUIRE(store.remove(hit.id).value());
  compact(store, 1);
  PatternStore fresh = PatternStore::create(optionsOf(Metric::cosine)).value();
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    REQUIRE(fresh.upsert(*store.patternAt(*slot).value(), *store.embeddingAt(*slot).value()));
  }
  const double recall = recallOf(store, queries), best = recallOf(fresh, queries);
  CAPTURE(recall, best, linksBefore);
  REQUIRE(best > 0.9);
  REQUIRE(recall > best - 0.02);
  const GraphCensus census = censusOf(store);
  REQUIRE(census.unreachable == 0);
  // Lists at the rim have lost up to all that they had, and are as long as before.
  REQUIRE(linksOf(census) > linksBefore - 0.25);
}

TEST_CASE("a rebuild holds no more beside a store than is said", "[compact]") {
  INFO("seed " << kSeed);
  const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
  const auto bytesHeld = [](const PatternStore& store) {
    const StoreStats stats = store.stats();
    return stats.graphBytes + stats.codeBytes + stats.recordBytes;
  };
  for (const RebuildKind kind : {RebuildKind::relink, RebuildKind::compact}) {
    PatternStore store = filled(vectors, kRows), fresh = filled(vectors, kRows / 2);
    for (std::size_t row = kRows / 2; row < kRows; ++row) REQUIRE(store.remove(idOf(row)).value());
    const std::uint64_t before = bytesHeld(store);
    std::uint64_t most = 0;
    REQUIRE(store.beginRebuild(kind));
    for (bool done = false; !done; most = std::max(most, bytesHeld(store))) {
      done = store.stepRebuild(16).value();
    }
    const std::uint64_t beside = bytesHeld(fresh), slots = store.stats().slots;
    CAPTURE(most, before, beside);
    REQUIRE(most > before + beside / 2);
    REQUIRE(most <= before + beside + beside / 16 + 20 * slots + (std::uint64_t{64} << 10));
  }
}

TEST_CASE("a compaction takes along what changes while it runs", "[compact]") {
  INFO("seed " << kSeed);
  Random random(kSeed);
  const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
  PatternStore store = filled(vectors, kRows / 2);
  std::set<std::string> model;
  for (std::size_t row = 0; row < kRows / 2; ++row) model.insert(idOf(row));
  std::size_t next = kRows / 2;
  for (std::size_t round = 0; round < 4; ++round) {
    REQUIRE(store.beginRebuild(RebuildKind::compact));
    while (!store.stepRebuild(20).value()) {
      const std::string victim = idOf(random.below(static_cast<std::uint32_t>(next)));
      REQUIRE(store.remove(victim).value() == (model.erase(victim) == 1));
      if (next < kRows && random.below(3) == 0) {
        REQUIRE(store.upsert(patternOf(next), vectors[next]));
        model.insert(idOf(next++));
      }
      if (const auto slot = store.nextSlot(random.below(static_cast<std::uint32_t>(next)))) {
        REQUIRE(store.recordUsage(store.idOf(*slot), std::nullopt, 7).value());
      }
    }
    REQUIRE(store.finishRebuild());
    REQUIRE(store.size() == model.size());
    for (const std::string& id : model) REQUIRE(store.contains(id));
    const PatternStore reopened = PatternStore::open(bytesOf(store)).value();
    REQUIRE(reopened.size() == model.size());
    // What was written to last was not looked at.
    censusOf(store);
    while (store.stepRepair(100).value()) {
    }
    REQUIRE(censusOf(store).unreachable == 0);
  }
}

TEST_CASE("a store too small for a graph keeps no links", "[compact]") {
  PatternStore store = filled(clusteredVectors(400, kDimension, kSeed), 400);
  REQUIRE(store.stats().linked > 0);
  for (std::size_t row = 0; row < 400 - kWithoutGraph; ++row) REQUIRE(store.remove(idOf(row)));
  compact(store, 10);
  REQUIRE(store.size() == kWithoutGraph);
  REQUIRE(store.stats().linked == 0);
  REQUIRE(store.stats().maxLevel == -1);
}

TEST_CASE("upkeep refuses what makes no sense", "[compact]") {
  PatternStore store = filled(clusteredVectors(200, kDimension, kSeed), 200);
  REQUIRE(store.beginRebuild(static_cast<RebuildKind>(2)).error().message ==
          "kind is 2, but must be 0 or 1");
  REQUIRE(store.stepCensus(1).error().message == "no census is under way");
  REQUIRE(store.stepRepair(1).error().message == "no census is complete");
  REQUIRE(store.beginCensus());
  REQUIRE(store.stepRepair(1).error().code == ErrorCode::invalidState);
  REQUIRE(store.stepCensus(0).error().message == "maxNodes is 0, but must be at least 1");
  REQUIRE(censusOf(store).live == store.stats().linked);
  REQUIRE(store.stepCensus(1).error().code == ErrorCode::invalidState);
  REQUIRE(store.stepRepair(0).error().code == ErrorCode::invalidArgument);
  REQUIRE(store.clear());
  REQUIRE(store.stepRepair(1).error().code == ErrorCode::invalidState);
  REQUIRE(censusOf(store).live == 0);
  store.cancelCensus();
  REQUIRE(store.stepRepair(1).error().code == ErrorCode::invalidState);
}

TEST_CASE("when memory runs out in upkeep, the store answers as before", "[compact]") {
  StoreOptions options = smallOptions(12);
  PatternStore small = smallStore(options, 80);
  for (std::size_t n = 0; n < 80; n += 3) REQUIRE(small.remove(idOf(n)));
  const auto bytes = bytesOf(small);
  const std::vector<float> query = smallVector(500, 12);
  SearchOptions exact;
  exact.exact = true;
  const auto before = small.search(query, exact).value();
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const bool failed = runsOut(successes, shortage, [&]() -> Result<void> {
      if (auto begun = store.beginCensus(); !begun) return begun;
      for (bool done = false; !done;) {
        const auto stepped = store.stepCensus(16);
        if (!stepped) return tl::unexpected<Error>(stepped.error());
        done = stepped->has_value();
      }
      for (bool done = false; !done;) {
        const auto stepped = store.stepRepair(4);
        if (!stepped) return tl::unexpected<Error>(stepped.error());
        done = !stepped->has_value();
      }
      if (auto begun = store.beginRebuild(RebuildKind::compact); !begun) return begun;
      for (bool done = false; !done;) {
        const Result<bool> stepped = store.stepRebuild(16);
        if (!stepped) return tl::unexpected<Error>(stepped.error());
        done = *stepped;
      }
      return store.finishRebuild();
    });
    if (failed) REQUIRE_FALSE(store.rebuildProgress().has_value());
    REQUIRE(same(store.search(query, exact).value(), before));
    store.cancelCensus();
    compact(store, 16);
    REQUIRE(same(store.search(query, exact).value(), before));
    REQUIRE(PatternStore::open(bytesOf(store)).has_value());
    return failed;
  });
}

TEST_CASE("the parts of an exact search make up the whole", "[compact]") {
  INFO("seed " << kSeed);
  Random random(kSeed);
  const Vectors vectors = clusteredVectors(kRows, kDimension, kSeed);
  PatternStore store = filled(vectors, kRows);
  for (std::size_t n = 0; n < kRows; n += 7) REQUIRE(store.remove(idOf(n)));
  const auto slots = static_cast<std::uint32_t>(store.stats().slots);
  for (std::size_t q = 0; q < 20; ++q) {
    const auto query = vectors[random.below(static_cast<std::uint32_t>(kRows))];
    SearchOptions options;
    options.exact = true;
    std::vector<SlotHit> whole(10), merged;
    REQUIRE(store.searchSlots(query, options, whole) == 10u);
    const std::uint32_t part = 1 + random.below(900);
    for (std::uint32_t from = 0; from < slots; from += part) {
      options.slotRange = SlotRange{from, from + part};
      std::vector<SlotHit> hits(10);
      SearchReport report;
      hits.resize(*store.searchSlots(query, options, hits, &report));
      REQUIRE(report.exact);
      for (const SlotHit& hit : hits) REQUIRE((hit.slot >= from && hit.slot < from + part));
      merged.insert(merged.end(), hits.begin(), hits.end());
    }
    std::sort(merged.begin(), merged.end(), [](const SlotHit& a, const SlotHit& b) {
      return a.score != b.score ? a.score > b.score : a.slot < b.slot;
    });
    for (std::size_t i = 0; i < whole.size(); ++i) {
      REQUIRE(merged[i].score == whole[i].score);
    }
  }
  SearchOptions options;
  options.slotRange = SlotRange{0, 5};
  REQUIRE(store.search(vectors[0], options).error().code == ErrorCode::invalidArgument);
  options.exact = true;
  options.slotRange = SlotRange{5, 4};
  REQUIRE(store.search(vectors[0], options).error().message == "slotRange is from 5 to 4");
  options.slotRange = SlotRange{7, 7};
  REQUIRE(store.search(vectors[0], options)->empty());
  options.slotRange = SlotRange{slots, slots + 50};
  REQUIRE(store.search(vectors[0], options)->empty());
}
