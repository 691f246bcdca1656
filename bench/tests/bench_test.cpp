// The arithmetic of the benchmarks: what a wrong figure could come from.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "generate/mixture.hpp"
#include "measure.hpp"
#include "search/report.hpp"
#include "search/run.hpp"
#include "truth.hpp"

using namespace damask::bench;
using damask::testing::Vectors;

namespace {

Run runOf(const std::string& name, std::vector<Point> points) {
  Run run;
  run.info.name = run.info.library = name;
  run.points = std::move(points);
  return run;
}

Point pointOf(std::uint32_t ef, double recall, std::vector<double> p50ByPass) {
  Point point;
  point.knob = {ef, 0};
  point.recall = recall;
  point.summary.p50Us = p50ByPass.empty() ? 0 : median(p50ByPass);
  point.summary.p99Us = 2 * point.summary.p50Us;
  point.p50ByPass = std::move(p50ByPass);
  return point;
}

}  // namespace

TEST_CASE("percentiles are values that were measured") {
  std::vector<double> values(1000);
  std::iota(values.rbegin(), values.rend(), 1.0);
  const Latencies all = summarise(values);
  CHECK(all.p50Us == 500);
  CHECK(all.p95Us == 950);
  CHECK(all.p99Us == 990);
  CHECK(all.p999Us == 999);
  CHECK(all.meanUs == 500.5);
  CHECK(median({3, 1, 2}) == 2);
}

TEST_CASE("hits are counted among the truth, whatever their order") {
  const std::vector<std::int32_t> truth = {5, 3, 9}, found = {9, 4, 5};
  CHECK(hitsAmong(found, truth) == 2);
  CHECK(hitsAmong({}, truth) == 0);
}

TEST_CASE("each side counts with its fastest point that reaches the recall") {
  std::vector<Run> runs;
  runs.push_back(
      runOf("hnswlib", {pointOf(10, 0.93, {50, 52, 54}), pointOf(20, 0.96, {90, 80, 100})}));
  runs.push_back(runOf("hnswlib", {pointOf(16, 0.951, {70, 75, 80})}));
  runs.push_back(
      runOf("damask", {pointOf(10, 0.955, {10, 20, 15}), pointOf(20, 0.999, {30, 40, 50})}));
  CHECK(fastestAt(runs, "hnswlib", 0.95)->point->knob.value == 16);
  CHECK(fastestAt(runs, "hnswlib", 0.955)->point->knob.value == 20);
  CHECK_FALSE(fastestAt(runs, "hnswlib", 0.97));
  for (const Comparison& c : compare(runs)) {
    if (c.recall == 0.95) {
      CHECK(c.p50Ratio() == Approx(75.0 / 15));
      CHECK(c.p99Ratio() == Approx(75.0 / 15));
      CHECK(c.p50RatioByPass() == std::vector<double>{7, 3.75, 80.0 / 15});
    }
    if (c.recall == 0.99) CHECK_FALSE(c.p50Ratio());
  }
}

TEST_CASE("exact rows are the largest inner products, ties to the smaller row") {
  const Vectors base{2, {1, 0, 0, 1, 1, 0, -1, 0, 0.6f, 0.8f}};
  const Vectors queries{2, {1, 0, 0, 1}};
  CHECK(exactRows(base, queries, 3) == std::vector<std::int32_t>{0, 2, 4, 1, 4, 0});
  const auto odd = [](std::size_t, std::size_t row) { return row % 2 == 1; };
  CHECK(exactRows(base, queries, 3, odd) == std::vector<std::int32_t>{1, 3, -1, 1, 3, -1});
}

TEST_CASE("a larger generated set begins with a smaller one, of unit vectors") {
  const Vectors small = mixtureVectors(20, 33, 7), large = mixtureVectors(50, 33, 7);
  CHECK(std::equal(small.values.begin(), small.values.end(), large.values.begin()));
  CHECK(mixtureVectors(20, 33, 8).values != small.values);
  for (const Vectors& vectors : {large, uniformVectors(50, 33, 7)}) {
    REQUIRE(vectors.count() == 50);
    for (std::size_t row = 0; row < vectors.count(); ++row) {
      const auto v = vectors[row];
      CHECK(std::inner_product(v.begin(), v.end(), v.begin(), 0.0) == Approx(1).margin(1e-5));
    }
  }
}

TEST_CASE("a point without timed passes has no latencies in the report") {
  SideInfo info;
  info.knob = "ef";
  Point point = pointOf(32, 0.5, {});
  CHECK_FALSE(pointJson(info, point).contains("p50Us"));
  point = pointOf(32, 0.5, {1, 2, 3});
  point.summary.meanUs = 4;
  CHECK(pointJson(info, point)["perSecond"] == 250000);
  CHECK(knobText(info, {8, 100}) == "ef=8, rerank=100");
}
