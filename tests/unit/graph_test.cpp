// The graph: its levels, its links, and what a walk over it finds, against looking at every node.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "graph/graph_check.hpp"
#include "graph_fixture.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::BuiltGraph;
using damask::testing::clusteredVectors;
using damask::testing::kSlowTarget;
using damask::testing::nearDuplicates;
using damask::testing::Random;
using damask::testing::Vectors;

constexpr std::uint64_t kSeed = 0x6772617068;
constexpr Metric kMetrics[] = {Metric::cosine, Metric::euclidean, Metric::dot};
constexpr std::size_t kRows = 1000 / kSlowTarget;
constexpr HnswOptions kOptions{16, 100, 100};

const kernels::KernelTable* fastest() {
  return kernels::detectedTables().back();
}

std::size_t unreachableOf(const BuiltGraph& built) {
  const auto reachable = built.reachableFrom({built.graph().view().entry});
  return static_cast<std::size_t>(std::count(reachable.begin(), reachable.end(), false));
}

// The slots that `keep` has, in the order of the walk.
std::vector<Slot> byRank(const BuiltGraph& built, const BuiltGraph::Node& query,
                         const std::vector<bool>& keep) {
  std::vector<std::int64_t> ranks;
  for (Slot slot = 0; slot < keep.size(); ++slot) {
    if (keep[slot]) ranks.push_back(built.rankOf(query, slot));
  }
  std::sort(ranks.begin(), ranks.end());
  std::vector<Slot> slots;
  for (const std::int64_t rank : ranks) slots.push_back(static_cast<Slot>(rank & 0xffffffff));
  return slots;
}

std::vector<bool> setOf(const std::vector<Slot>& slots) {
  std::vector<bool> set(kRows, false);
  for (const Slot slot : slots) set[slot] = true;
  return set;
}

std::vector<Slot> only(const std::vector<Slot>& slots, const std::vector<bool>& accepted) {
  std::vector<Slot> result;
  std::copy_if(slots.begin(), slots.end(), std::back_inserter(result),
               [&accepted](Slot slot) { return accepted[slot]; });
  return result;
}

std::vector<std::uint64_t> bitsOf(const std::vector<bool>& set) {
  std::vector<std::uint64_t> words((set.size() + 63) / 64, 0);
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i]) words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return words;
}

Vectors identicalRows(std::size_t count, std::size_t dimension) {
  return Vectors{dimension, std::vector<float>(count * dimension, 0.5f)};
}

template <typename Check>
void forEachMetric(std::size_t dimension, Check check) {
  for (const Metric metric : kMetrics) {
    INFO(metricName(metric) << ", dimension " << dimension << ", seed " << kSeed);
    const Vectors vectors = clusteredVectors(kRows + 20, dimension, kSeed);
    Vectors rows{dimension, {}};
    rows.values.assign(vectors.values.begin(),
                       vectors.values.begin() + static_cast<std::ptrdiff_t>(kRows * dimension));
    const BuiltGraph built(rows, metric, kOptions, fastest());
    std::vector<BuiltGraph::Node> queries;
    for (std::size_t i = kRows; i < vectors.count(); ++i) {
      queries.push_back(built.encode(vectors[i]));
    }
    check(built, queries);
  }
}

}  // namespace

TEST_CASE("levels are drawn with P(level >= l) = m^-l", "[graph]") {
  for (const std::uint32_t m : {4, 5, 16, 32, 128}) {
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX}) {
      constexpr Slot kSlots = 400000;
      std::vector<double> atLeast(kMaxLevel + 2, 0);
      for (Slot slot = 0; slot < kSlots; ++slot) {
        for (std::int32_t l = 0; l <= levelOf(seed, slot, m); ++l) {
          ++atLeast[static_cast<std::size_t>(l)];
        }
      }
      REQUIRE(atLeast[kMaxLevel + 1] == 0);
      for (int l = 1; l <= 3; ++l) {
        const double p = std::pow(m, -l);
        const double deviation = std::sqrt(kSlots * p * (1 - p));
        INFO("m " << m << ", seed " << seed << ", level " << l);
        REQUIRE(std::abs(atLeast[static_cast<std::size_t>(l)] - kSlots * p) <= 5 * deviation + 1);
      }
    }
  }
}

TEST_CASE("levels are the same numbers on every target", "[graph]") {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over the levels
  for (Slot slot = 0; slot < 100000; ++slot) {
    hash = (hash ^ static_cast<std::uint64_t>(levelOf(42, slot, 16))) * 0x100000001b3u;
  }
  REQUIRE(hash == 0x9230862380672cb9u);
  std::vector<std::int32_t> first;
  for (Slot slot = 0; slot < 24; ++slot) first.push_back(levelOf(0, slot, 4));
  REQUIRE(first == std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
                                             0, 1, 0, 2, 0, 2, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("a built graph holds every invariant of a file's graph", "[graph]") {
  for (const std::uint32_t m : {4, 16, 128}) {
    for (const Metric metric : kMetrics) {
      const auto vectors = clusteredVectors(kRows / 2, 24, kSeed);
      const BuiltGraph built(vectors, metric, {m, std::max(m, 40u), 10}, fastest());
      const auto checked = checkGraph(built.graph());
      INFO("m " << m << ": " << (checked ? "" : checked.error().message));
      REQUIRE(checked.has_value());
      for (Slot slot = 0; slot < built.graph().slots(); ++slot) {
        REQUIRE(built.graph().level(slot) == levelOf(1, slot, m));
      }
    }
  }
}

TEST_CASE("every node can be reached under cosine and euclidean", "[graph]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean}) {
    INFO(metricName(metric) << ", seed " << kSeed);
    for (const std::size_t dimension : {3, 7, 33, 128}) {
      const auto vectors = clusteredVectors(kRows, dimension, kSeed);
      REQUIRE(unreachableOf(BuiltGraph(vectors, metric, kOptions, fastest())) == 0);
    }
  }
}

TEST_CASE("every near-duplicate can be reached under cosine and euclidean", "[graph]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean}) {
    for (const float spread : {0.1f, 0.01f, 0.001f}) {
      INFO(metricName(metric) << ", spread " << spread << ", seed " << kSeed);
      const auto vectors = nearDuplicates(kRows, 10, 64, spread, kSeed);
      REQUIRE(unreachableOf(BuiltGraph(vectors, metric, {32, 200, 100}, fastest())) == 0);
    }
  }
}

TEST_CASE("identical vectors stay connected", "[graph]") {
  for (const Metric metric : kMetrics) {
    const BuiltGraph built(identicalRows(kRows, 16), metric, {32, 200, 100}, fastest());
    REQUIRE(checkGraph(built.graph()).has_value());
    REQUIRE(unreachableOf(built) == 0);
  }
}

TEST_CASE("a walk with room for every node gives all that can be reached, in order", "[graph]") {
  for (const std::size_t dimension : {1, 7, 33}) {
    forEachMetric(dimension, [](const BuiltGraph& built, const auto& queries) {
      SearchScratch scratch;
      for (const auto& query : queries) {
        const auto found = built.walkFrom(query, kRows, nullptr, scratch);
        const auto set = setOf(found);
        REQUIRE(found == byRank(built, query, set));
        // All that can be reached from the walk's start: no link leads out of what was found.
        REQUIRE(built.reachableFrom(found) == set);
        REQUIRE(built.walkFrom(query, 10000, nullptr, scratch) == found);
      }
    });
  }
}

TEST_CASE("a walk keeps the ef best of what it saw, in order, each once", "[graph]") {
  forEachMetric(33, [](const BuiltGraph& built, const auto& queries) {
    SearchScratch scratch;
    for (const std::uint32_t ef : {1, 2, 10, 64}) {
      for (const auto& query : queries) {
        const auto found = built.walkFrom(query, ef, nullptr, scratch);
        REQUIRE(found.size() == ef);
        REQUIRE(std::set<Slot>(found.begin(), found.end()).size() == ef);
        REQUIRE(std::is_sorted(found.begin(), found.end(), [&](Slot a, Slot b) {
          return built.rankOf(query, a) < built.rankOf(query, b);
        }));
        REQUIRE(scratch.visited.count() >= ef);
      }
    }
  });
}

TEST_CASE("a wider walk never ends farther away", "[graph]") {
  forEachMetric(33, [](const BuiltGraph& built, const auto& queries) {
    SearchScratch scratch;
    for (const auto& query : queries) {
      const auto narrow = built.walkFrom(query, 1, nullptr, scratch);
      const auto wide = built.walkFrom(query, kRows, nullptr, scratch);
      REQUIRE(built.rankOf(query, wide.front()) <= built.rankOf(query, narrow.front()));
    }
  });
}

TEST_CASE("ties are found in order of their slots", "[graph]") {
  for (const Metric metric : kMetrics) {
    const BuiltGraph built(identicalRows(500 / kSlowTarget, 9), metric, kOptions, fastest());
    std::vector<Slot> all(built.graph().slots());
    std::iota(all.begin(), all.end(), Slot{0});
    SearchScratch scratch;
    REQUIRE(built.walkFrom(built.nodes()[0], 500, nullptr, scratch) == all);
  }
}

TEST_CASE("a filtered walk returns what is accepted and nothing else", "[graph]") {
  forEachMetric(33, [](const BuiltGraph& built, const auto& queries) {
    Random random(kSeed);
    SearchScratch scratch;
    for (const std::uint32_t oneIn : {1, 2, 10, 100}) {
      for (const auto& query : queries) {
        std::vector<bool> accepted(kRows);
        for (std::size_t i = 0; i < kRows; ++i) accepted[i] = random.below(oneIn) == 0;
        const auto bits = bitsOf(accepted);
        const auto expected = only(built.walkFrom(query, kRows, nullptr, scratch), accepted);
        REQUIRE(built.walkFrom(query, kRows, bits.data(), scratch) == expected);

        const auto few = built.walkFrom(query, 5, bits.data(), scratch);
        REQUIRE(few.size() == std::min<std::size_t>(5, expected.size()));
        for (const Slot slot : few) REQUIRE(accepted[slot]);
        REQUIRE(std::is_sorted(few.begin(), few.end(), [&](Slot a, Slot b) {
          return built.rankOf(query, a) < built.rankOf(query, b);
        }));
      }
    }
  });
}

TEST_CASE("a filtered walk finds a single node, wherever it is, and nothing when none is accepted",
          "[graph]") {
  forEachMetric(7, [](const BuiltGraph& built, const auto& queries) {
    SearchScratch scratch;
    const auto reachable = setOf(built.walkFrom(queries[0], kRows, nullptr, scratch));
    const std::vector<bool> none(kRows, false);
    REQUIRE(built.walkFrom(queries[0], 10, bitsOf(none).data(), scratch).empty());
    for (Slot slot = 0; slot < kRows; slot += 37) {
      std::vector<bool> one(kRows, false);
      one[slot] = true;
      const auto found = built.walkFrom(queries[0], 10, bitsOf(one).data(), scratch);
      REQUIRE(found == (reachable[slot] ? std::vector<Slot>{slot} : std::vector<Slot>{}));
    }
  });
}

TEST_CASE("a filter that accepts every node changes nothing", "[graph]") {
  forEachMetric(33, [](const BuiltGraph& built, const auto& queries) {
    SearchScratch scratch;
    const auto bits = bitsOf(std::vector<bool>(kRows, true));
    for (const auto& query : queries) {
      for (const std::uint32_t ef : {1, 10, 100}) {
        const auto plain = built.walkFrom(query, ef, nullptr, scratch);
        REQUIRE(built.walkFrom(query, ef, bits.data(), scratch) == plain);
      }
    }
  });
}

TEST_CASE("scratch memory of other searches does not show", "[graph]") {
  const BuiltGraph small(clusteredVectors(70, 12, kSeed), Metric::cosine, kOptions, fastest());
  const BuiltGraph large(clusteredVectors(900 / kSlowTarget, 12, kSeed + 1), Metric::cosine,
                         kOptions, fastest());
  SearchScratch shared;
  for (Slot i = 0; i < 20; ++i) {
    for (const BuiltGraph* built : {&large, &small}) {
      SearchScratch fresh;
      const auto& query = built->nodes()[i];
      REQUIRE(built->walkFrom(query, 10, nullptr, shared) ==
              built->walkFrom(query, 10, nullptr, fresh));
    }
  }
}

TEST_CASE("an empty graph and a graph of one node", "[graph]") {
  BuiltGraph empty(Vectors{4, {}}, Metric::cosine, kOptions, fastest());
  SearchScratch scratch;
  const BuiltGraph one(identicalRows(1, 4), Metric::cosine, kOptions, fastest());
  REQUIRE(checkGraph(empty.graph()).has_value());
  REQUIRE(empty.graph().view().maxLevel == -1);
  REQUIRE(empty.walkFrom(one.nodes()[0], 10, nullptr, scratch).empty());
  REQUIRE(one.walkFrom(one.nodes()[0], 10, nullptr, scratch) == std::vector<Slot>{0});
  REQUIRE(unreachableOf(one) == 0);
}

TEST_CASE("every instruction set builds the same links", "[graph]") {
  for (const Metric metric : kMetrics) {
    for (const std::size_t dimension : {5, 65}) {
      const auto vectors = clusteredVectors(300 / kSlowTarget, dimension, kSeed);
      const BuiltGraph first(vectors, metric, kOptions, kernels::detectedTables().front());
      for (const auto* table : kernels::detectedTables()) {
        INFO(table->name);
        const BuiltGraph built(vectors, metric, kOptions, table);
        REQUIRE(built.allLinks() == first.allLinks());
      }
    }
  }
}

TEST_CASE("a restored graph grows as the original does", "[graph]") {
  const auto vectors = clusteredVectors(400 / kSlowTarget, 18, kSeed);
  const std::size_t half = vectors.count() / 2 / kLinkBatch * kLinkBatch;
  const std::uint32_t m = kOptions.m;
  const BuiltGraph whole(vectors, Metric::euclidean, kOptions, fastest());
  Vectors firstHalf{
      18,
      {vectors.values.begin(), vectors.values.begin() + static_cast<std::ptrdiff_t>(half * 18)}};
  const BuiltGraph original(firstHalf, Metric::euclidean, kOptions, fastest());

  Graph restored(original.codec(), kOptions, 1);
  restored.reserve(vectors.count());
  const GraphView view = original.graph().view();
  for (Slot slot = 0; slot < half; ++slot) {
    const auto rowsOf = [&](std::int32_t from, std::int32_t to, std::size_t capacity) {
      std::vector<std::uint32_t> rows;
      for (std::int32_t level = from; level <= to; ++level) {
        const LinkList links = view.links(slot, level);
        rows.push_back(links.count());
        for (std::uint32_t i = 0; i < capacity; ++i) {
          rows.push_back(i < links.count() ? links[i] : 0);
        }
      }
      return rows;
    };
    const std::int32_t level = original.graph().level(slot);
    BuiltGraph::append(restored, original.nodes()[slot]);
    restored.restoreLinks(rowsOf(0, 0, 2 * m), level, rowsOf(1, level, m));
  }
  restored.restoreEntry(view.entry, view.maxLevel);
  REQUIRE(checkGraph(restored).has_value());
  for (std::size_t row = half; row < vectors.count(); ++row) {
    BuiltGraph::append(restored, whole.nodes()[row]);
  }
  whole.linkAll(restored);
  const GraphView grown = restored.view(), expected = whole.graph().view();
  REQUIRE(grown.entry == expected.entry);
  REQUIRE(grown.maxLevel == expected.maxLevel);
  std::size_t different = 0;
  for (Slot slot = 0; slot < grown.slots; ++slot) {
    for (std::int32_t level = 0; level <= whole.graph().level(slot); ++level) {
      const LinkList a = grown.links(slot, level), b = expected.links(slot, level);
      bool same = a.count() == b.count();
      for (std::uint32_t i = 0; same && i < a.count(); ++i) same = a[i] == b[i];
      different += same ? 0 : 1;
    }
  }
  REQUIRE(different == 0);
}

TEST_CASE("estimates sort as their numbers do", "[graph]") {
  const std::vector<float> sorted = {-std::numeric_limits<float>::infinity(),
                                     -3e38f,
                                     -2.5f,
                                     -1e-45f,
                                     0.0f,
                                     1e-45f,
                                     1e-38f,
                                     1.0f,
                                     3e38f,
                                     std::numeric_limits<float>::infinity()};
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    REQUIRE(orderedBits(sorted[i - 1]) < orderedBits(sorted[i]));
  }
  REQUIRE(orderedBits(-0.0f) == orderedBits(0.0f));
}
