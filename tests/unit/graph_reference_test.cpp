// The graph against hnswlib, the reference.

#include <catch2/catch.hpp>
#include <vector>

#include "graph_fixture.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::BuiltGraph;
using damask::testing::clusteredVectors;
using damask::testing::hnswlibLinks;
using damask::testing::kSlowTarget;
using damask::testing::nearDuplicates;
using damask::testing::Vectors;

constexpr std::uint64_t kSeed = 0x6772617068;

}  // namespace

TEST_CASE("linked one at a time, nodes have the links that hnswlib gives the same distances",
          "[graph]") {
  struct Case {
    Vectors vectors;
    HnswOptions options;
  };
  const std::size_t rows = 3000 / kSlowTarget;
  const std::vector<Case> cases = {
      {clusteredVectors(rows, 24, kSeed), {16, 100, 100}},
      {clusteredVectors(rows, 9, kSeed + 1), {4, 20, 20}},
      {nearDuplicates(rows, 20, 12, 1e-3f, kSeed), {8, 40, 40}},
      {Vectors{5, std::vector<float>(1500, 0.5f)}, {4, 16, 16}},
  };
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    for (const Case& c : cases) {
      INFO(metricName(metric) << ", dimension " << c.vectors.dimension << ", seed " << kSeed);
      const BuiltGraph built(c.vectors, metric, c.options, kernels::detectedTables().back(), 7, 1);
      const bool same =
          built.allLinks() == hnswlibLinks(built.nodes(), built.codec(), c.options, 7);
      REQUIRE(same);
    }
  }
}
