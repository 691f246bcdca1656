// Linking in batches: by however many threads and however early neighbours are sought, the graph is
// the same, and a node is found before it is linked.

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "graph/graph_check.hpp"
#include "graph_fixture.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x6c696e6b;
constexpr std::uint32_t kDimension = 12;

std::vector<std::uint32_t> threadCounts() {
  return Workers::hasThreads() ? std::vector<std::uint32_t>{1, 2, 3, 7}
                               : std::vector<std::uint32_t>{1};
}

StoreOptions optionsWith(std::uint32_t indexingThreshold) {
  StoreOptions options = smallOptions(kDimension);
  options.indexingThreshold = indexingThreshold;
  return options;
}

// Upserts, replacements, removals, a rebuild and a fresh start, as `threads` of each step say.
std::vector<std::byte> liveThrough(const std::vector<std::uint32_t>& threads) {
  PatternStore store = PatternStore::create(optionsWith(40)).value();
  for (std::size_t step = 0; step < 6; ++step) {
    REQUIRE(store.setBuildThreads(threads[step % threads.size()]));
    fillSmall(store, 60 * step, 60 * step + 75);
    if (step == 1) REQUIRE(store.clear());
    if (step == 2) store = PatternStore::open(store.saveToBytes().value()).value();
    if (step == 3) {
      REQUIRE(store.beginRebuild());
      // As often whatever a step gets done.
      for (std::size_t n = 0; !store.stepRebuild(20).value(); ++n) {
        if (n < 3) fillSmall(store, 900 + n, 901 + n);
      }
      REQUIRE(store.finishRebuild());
    }
  }
  return store.saveToBytes().value();
}

}  // namespace

TEST_CASE("several threads link the same graph as one", "[link]") {
  const std::size_t rows = 1500 / kSlowTarget;
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    for (const auto& vectors :
         {clusteredVectors(rows, 24, kSeed), nearDuplicates(rows, 5, 9, 1e-3f, kSeed)}) {
      INFO(metricName(metric) << ", dimension " << vectors.dimension << ", seed " << kSeed);
      const BuiltGraph one(vectors, metric, {8, 40, 40}, kernels::detectedTables().back());
      REQUIRE(checkGraph(one.graph()).has_value());
      for (const std::uint32_t threads : threadCounts()) {
        Graph graph(one.codec(), one.options(), 1);
        graph.reserve(rows);
        for (const auto& node : one.nodes()) BuiltGraph::append(graph, node);
        one.linkAll(graph, threads);
        REQUIRE(BuiltGraph::linksOf(graph) == one.allLinks());
        REQUIRE(graph.view().entry == one.graph().view().entry);
      }
    }
  }
}

TEST_CASE("neighbours may be sought early, late, or in part", "[link]") {
  const std::size_t rows = 20 * kLinkBatch;
  const auto vectors = clusteredVectors(rows, 16, kSeed);
  const BuiltGraph built(vectors, Metric::cosine, {8, 40, 40}, kernels::detectedTables().back());
  Random random(kSeed);
  INFO("seed " << kSeed);
  Graph graph(built.codec(), built.options(), 1);
  graph.reserve(rows);
  Linker linker;
  Workers workers(1);
  for (Slot row = 0; row < rows; ++row) {
    BuiltGraph::append(graph, built.nodes()[row]);
    if (random.below(3) == 0) linker.seek(graph, built.codec(), 40, row + 1, workers);
    if (random.below(10) == 0) linker = Linker();
    if (random.below(10) == 0) {
      // A node that came to nothing: another takes its place.
      graph.removeLast();
      BuiltGraph::append(graph, built.nodes()[0]);
      linker.seek(graph, built.codec(), 40, row + 1, workers);
      linker.forget(graph);
      graph.removeLast();
      BuiltGraph::append(graph, built.nodes()[row]);
    }
    if (row % kLinkBatch == kLinkBatch - 1) {
      linker.link(graph, built.codec(), 40, kLinkBatch, workers);
    }
  }
  REQUIRE(BuiltGraph::linksOf(graph) == built.allLinks());
}

TEST_CASE("one thread may seek what several link", "[link]") {
  if (!Workers::hasThreads()) return;
  const auto vectors = clusteredVectors(4 * kLinkBatch, 16, kSeed);
  const BuiltGraph built(vectors, Metric::cosine, {8, 40, 40}, kernels::detectedTables().back());
  Graph graph(built.codec(), built.options(), 1);
  graph.reserve(vectors.count());
  for (const auto& node : built.nodes()) BuiltGraph::append(graph, node);
  Linker linker;
  Workers one(1), four(4);
  while (graph.linked() < graph.slots()) {
    linker.seek(graph, built.codec(), 40, graph.linked() + kLinkBatch, one);
    REQUIRE(linker.sought() == kLinkBatch);
    linker.link(graph, built.codec(), 40, kLinkBatch, four);
  }
  REQUIRE(BuiltGraph::linksOf(graph) == built.allLinks());
}

TEST_CASE("a batch may be linked in parts, by fewer threads and then by more", "[link]") {
  const auto vectors = clusteredVectors(4 * kLinkBatch, 16, kSeed);
  const BuiltGraph built(vectors, Metric::cosine, {8, 40, 40}, kernels::detectedTables().back());
  Graph graph(built.codec(), built.options(), 1);
  graph.reserve(vectors.count());
  for (const auto& node : built.nodes()) BuiltGraph::append(graph, node);
  Linker linker;
  Workers one(1), more(Workers::hasThreads() ? 4 : 1);
  while (graph.linked() < graph.slots()) {
    if (!linker.linkSome(graph, built.codec(), 40, kLinkBatch, one, 3)) {
      REQUIRE(linker.isLinking());
      linker.link(graph, built.codec(), 40, kLinkBatch, more);
    }
    REQUIRE_FALSE(linker.isLinking());
  }
  REQUIRE(BuiltGraph::linksOf(graph) == built.allLinks());
}

TEST_CASE("the threads that build a store do not show in its bytes", "[link]") {
  const auto expected = liveThrough({1});
  if (!Workers::hasThreads()) return;
  REQUIRE(liveThrough({2}) == expected);
  REQUIRE(liveThrough({3, 1, 2}) == expected);
}

TEST_CASE("build threads outside their limits are refused, and so are they where there are none",
          "[link]") {
  PatternStore store = PatternStore::create(optionsWith(0)).value();
  for (const std::uint32_t threads : {0u, 65u, 0xffffffffu}) {
    const auto refused = store.setBuildThreads(threads);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().code == ErrorCode::invalidArgument);
    REQUIRE(refused.error().message ==
            "buildThreads is " + std::to_string(threads) + ", but must be from 1 to 64");
  }
  const auto two = store.setBuildThreads(2);
  REQUIRE(two.has_value() == Workers::hasThreads());
  if (!two) REQUIRE(two.error().code == ErrorCode::unsupported);
  REQUIRE(store.setBuildThreads(1));
}

TEST_CASE("a pattern is found at once, linked or not", "[link]") {
  INFO("seed " << kSeed);
  const auto vectors = clusteredVectors(5 * kLinkBatch, kDimension, kSeed);
  PatternStore store = PatternStore::create(optionsWith(0)).value();
  SearchOptions options;
  options.k = 1;
  std::size_t walks = 0;
  for (std::size_t i = 0; i < vectors.count(); ++i) {
    Pattern pattern;
    pattern.id = std::to_string(i);
    REQUIRE(store.upsert(pattern, vectors[i]));
    SearchReport report;
    const auto hits = store.search(vectors[i], options, &report).value();
    REQUIRE(hits.size() == 1);
    REQUIRE(hits[0].id == pattern.id);
    REQUIRE(report.exact == (report.plan == SearchPlan::scan));
    walks += report.plan == SearchPlan::graph ? 1 : 0;
    if (i % 7 == 3) {
      REQUIRE(store.remove(pattern.id).value());
      const auto others = store.search(vectors[i], options).value();
      REQUIRE((others.empty() || others[0].id != pattern.id));
    }
  }
  REQUIRE(walks > 2 * kLinkBatch);
}

TEST_CASE("workers do each piece once, and hand on what goes wrong", "[link]") {
  for (const std::uint32_t threads : threadCounts()) {
    Workers workers(threads);
    REQUIRE(workers.count() == threads);
    for (const std::size_t items : {0, 1, 2, 1000}) {
      std::vector<std::atomic<int>> done(items);
      workers.run(items, [&](std::size_t worker, std::size_t item) {
        if (worker < threads) ++done[item];
      });
      for (const auto& times : done) REQUIRE(times == 1);
    }
    REQUIRE_THROWS_AS(workers.run(100,
                                  [](std::size_t, std::size_t item) {
                                    if (item == 50) throw std::runtime_error("the 51st");
                                  }),
                      std::runtime_error);
    std::atomic<std::size_t> sum{0};
    workers.run(10, [&](std::size_t, std::size_t item) { sum += item; });
    REQUIRE(sum == 45);
  }
}
