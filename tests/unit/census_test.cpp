// The census of links beside a plain look at them, and the repair of what it finds.

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "graph/census.hpp"
#include "graph/graph_check.hpp"
#include "graph/repair.hpp"
#include "graph_fixture.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x63656e737573;
constexpr Slot kRows = 1600 / kSlowTarget;

std::vector<std::uint64_t> allLive(Slot slots) {
  return std::vector<std::uint64_t>((slots + 63) / 64, ~std::uint64_t{0});
}

// The rest of a list moves up.
void cutLink(Graph& graph, Slot from, Slot to) {
  const auto row = graph.links(from, 0);
  const auto at = std::find(row.begin(), row.end(), to);
  if (at == row.end()) return;
  std::copy(at + 1, row.end(), at);
  row.back() = kNoSlot;
}

// All links that lead to some nodes, and for every second of them those that lead away, too.
void cutOff(Graph& graph, Random& random, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    const Slot node = random.below(graph.linked());
    for (Slot from = 0; from < graph.linked(); ++from) cutLink(graph, from, node);
    const auto row = graph.links(node, 0);
    if (n % 2 == 0) std::fill(row.begin(), row.end(), kNoSlot);
  }
}

Census complete(const Graph& graph, const std::vector<std::uint64_t>& live, std::size_t slice) {
  Census census(graph.view());
  while (!census.step(graph.view(), live.data(), slice)) {
  }
  return census;
}

bool isLive(const std::vector<std::uint64_t>& live, Slot slot) {
  return (live[slot / 64] >> (slot % 64) & 1) != 0;
}

}  // namespace

TEST_CASE("a census finds what a plain look at every link finds", "[census]") {
  Random random(kSeed);
  INFO("seed " << kSeed);
  const auto vectors = clusteredVectors(kRows, 24, kSeed);
  BuiltGraph built(vectors, Metric::cosine, {8, 40, 40}, kernels::detectedTables().back());
  cutOff(built.graph(), random, 20);
  std::vector<std::uint64_t> live = allLive(kRows);
  for (std::size_t n = 0; n < kRows / 10; ++n) {
    const Slot dead = random.below(kRows);
    live[dead / 64] &= ~(std::uint64_t{1} << (dead % 64));
  }

  const GraphView view = built.graph().view();
  const auto reached = built.reachableFrom({view.entry});
  std::vector<std::size_t> degrees(kRows, 0);
  GraphCensus expected;
  for (Slot slot = 0; slot < kRows; ++slot) {
    ++(isLive(live, slot) ? expected.live : expected.tombstones);
    const LinkList links = view.links(slot, 0);
    for (std::uint32_t i = 0; i < links.count(); ++i) {
      ++degrees[links[i]];
      expected.links += isLive(live, slot) ? 1 : 0;
      expected.linksToTombstones += isLive(live, slot) && !isLive(live, links[i]) ? 1 : 0;
    }
  }
  for (Slot slot = 0; slot < kRows; ++slot) {
    if (!isLive(live, slot)) continue;
    expected.unreachable += reached[slot] ? 0 : 1;
    if (degrees[slot] < 8) ++expected.lowInDegrees[degrees[slot]];
  }
  REQUIRE(expected.unreachable > 0);
  for (const std::size_t slice : {std::size_t{1}, std::size_t{17}, SIZE_MAX}) {
    const Census census = complete(built.graph(), live, slice);
    REQUIRE(census.found().live == expected.live);
    REQUIRE(census.found().tombstones == expected.tombstones);
    REQUIRE(census.found().unreachable == expected.unreachable);
    REQUIRE(census.found().lowInDegrees == expected.lowInDegrees);
    REQUIRE(census.found().links == expected.links);
    REQUIRE(census.found().linksToTombstones == expected.linksToTombstones);
    for (const Slot slot : census.suspects()) {
      REQUIRE(isLive(live, slot));
      REQUIRE((!reached[slot] || degrees[slot] < kWeakBelow));
    }
  }
}

TEST_CASE("a census begins with the entry that there was, whatever is added meanwhile",
          "[census]") {
  INFO("seed " << kSeed);
  const auto vectors = clusteredVectors(kRows, 24, kSeed);
  BuiltGraph built(vectors, Metric::cosine, {4, 40, 40}, kernels::detectedTables().back());
  const Slot entry = built.graph().view().entry;
  Census census(built.graph().view());
  Graph& graph = built.graph();
  // Until a later node is above all others.
  while (graph.view().entry == entry) {
    graph.reserve(graph.slots() + std::size_t{1});
    BuiltGraph::append(graph, built.nodes()[0]);
    graph.reserveLists(kMaxLevel);
    graph.linkNext(graph.levelOfNext(0));
  }
  const auto live = allLive(kRows);
  while (!census.step(graph.view(), live.data(), 10)) {
  }
  REQUIRE(census.found().live == kRows);
  REQUIRE(census.found().unreachable == 0);
}

TEST_CASE("a repair makes every live node reachable, in slices of any size", "[census]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    const auto vectors = clusteredVectors(kRows, 24, kSeed);
    std::vector<std::uint32_t> first;
    for (const std::size_t slice : {std::size_t{1}, std::size_t{13}, std::size_t{100000}}) {
      Random random(kSeed);
      INFO("seed " << kSeed << ", slices of " << slice);
      BuiltGraph built(vectors, metric, {8, 40, 40}, kernels::detectedTables().back());
      cutOff(built.graph(), random, 30);
      const auto live = allLive(kRows);
      Census census = complete(built.graph(), live, 1000);
      REQUIRE(census.found().unreachable > 0);
      const std::size_t suspects = census.suspects().size();
      Repair repair(std::move(census));
      std::size_t looked = 0;
      while (!repair.isComplete()) {
        const RepairReport report =
            repair.step(built.graph(), built.codec(), 40, live.data(), slice);
        REQUIRE(report.nodes <= slice);
        REQUIRE(report.linked <= report.nodes);
        looked += report.nodes;
      }
      REQUIRE(looked == suspects);
      REQUIRE(checkGraph(built.graph()).has_value());
      const Census after = complete(built.graph(), live, 1000);
      REQUIRE(after.found().unreachable == 0);
      REQUIRE(after.found().lowInDegrees[0] == 0);
      REQUIRE(after.found().lowInDegrees[1] == 0);
      if (first.empty()) first = built.allLinks();
      REQUIRE(built.allLinks() == first);
    }
  }
}

TEST_CASE("a census of a graph of nothing, or of one node, is complete", "[census]") {
  const auto vectors = clusteredVectors(1, 8, kSeed);
  const BuiltGraph one(vectors, Metric::dot, {4, 8, 8}, kernels::detectedTables().back());
  const auto live = allLive(1);
  const Census census = complete(one.graph(), live, 1);
  REQUIRE(census.found().live == 1);
  REQUIRE(census.found().unreachable == 0);
  REQUIRE(census.suspects() == std::vector<Slot>{0});
  Graph empty(one.codec(), one.options(), 1);
  REQUIRE(Census(empty.view()).isComplete());
}
