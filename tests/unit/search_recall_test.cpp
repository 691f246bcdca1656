// The share of the true nearest neighbours that a walk finds: on generated vectors always, on real
// sentence embeddings where they are.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "graph_fixture.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::kSlowTarget;
using damask::testing::nearDuplicates;
using damask::testing::Recall;
using damask::testing::slotsOf;
using damask::testing::storeOf;
using damask::testing::Vectors;

constexpr std::uint64_t kSeed = 0x726563616c6c;
constexpr std::size_t kQueries = 100 / (kSlowTarget > 4 ? 4 : 1);

double recallAt10(const PatternStore& store, const Vectors& vectors, std::uint32_t ef) {
  Recall recall;
  SearchOptions exact;
  exact.exact = true;
  SearchOptions walk;
  walk.ef = ef;
  for (std::size_t row = vectors.count() - kQueries; row < vectors.count(); ++row) {
    SearchReport report;
    const auto found = slotsOf(store, vectors[row], walk, &report);
    REQUIRE(report.plan == SearchPlan::graph);
    recall.add(found, slotsOf(store, vectors[row], exact));
  }
  return recall.value();
}

// A store of all but the last rows, which are the queries.
PatternStore storeWithout(const Vectors& vectors, Metric metric) {
  StoreOptions options;
  options.metric = metric;
  options.dimension = static_cast<std::uint32_t>(vectors.dimension);
  options.indexingThreshold = 0;
  const std::size_t rows = vectors.count() - kQueries;
  return storeOf(options, std::span(vectors.values).first(rows * vectors.dimension));
}

struct RealData {
  Vectors base, queries;
  std::vector<std::uint32_t> truth;  // 100 rows per query, best first
};

std::optional<std::vector<char>> readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::vector<char>(std::istreambuf_iterator<char>(in), {});
}

std::optional<Vectors> readHalves(const std::string& path, std::size_t dimension) {
  const auto bytes = readFile(path);
  if (!bytes) return std::nullopt;
  Vectors vectors{dimension, {}};
  vectors.values.reserve(bytes->size() / 2);
  for (std::size_t i = 0; i + 1 < bytes->size(); i += 2) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes->data() + i, 2);
    const int exponent = half >> 10 & 31;
    const int fraction = half & 1023;
    const float magnitude = exponent == 0
                                ? std::ldexp(static_cast<float>(fraction), -24)
                                : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    vectors.values.push_back((half & 0x8000) != 0 ? -magnitude : magnitude);
  }
  return vectors;
}

std::optional<RealData> realData() {
  const char* const set = std::getenv("DAMASK_DATA");
  const std::string folder = set == nullptr ? DAMASK_DEFAULT_DATA : set;
  const auto base = readHalves(folder + "/qe10k.base.f16", 512);
  const auto queries = readHalves(folder + "/qe10k.query.f16", 512);
  const auto truth = readFile(folder + "/qe10k.gt100.i32");
  if (!base || !queries || !truth) {
    WARN(
        "the search over real embeddings did not run: "
        << folder
        << " has no qe10k.base.f16, qe10k.query.f16, qe10k.gt100.i32 (DAMASK_DATA names a folder)");
    return std::nullopt;
  }
  RealData data{*base, *queries, std::vector<std::uint32_t>(truth->size() / 4)};
  std::memcpy(data.truth.data(), truth->data(), data.truth.size() * 4);
  return data;
}

}  // namespace

TEST_CASE("a walk finds 99% of the nearest 10 under cosine and euclidean", "[search]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean}) {
    for (const std::size_t dimension : {7, 33, 384}) {
      INFO(metricName(metric) << ", dimension " << dimension << ", seed " << kSeed);
      const auto vectors = clusteredVectors(2000 / kSlowTarget + kQueries, dimension, kSeed);
      const PatternStore store = storeWithout(vectors, metric);
      REQUIRE(recallAt10(store, vectors, 100) >= 0.99);
      REQUIRE(recallAt10(store, vectors, 32) >= 0.97);
    }
  }
}

TEST_CASE("a walk finds 99% of the 10 largest inner products", "[search]") {
  for (const std::size_t dimension : {7, 33, 384}) {
    INFO("dimension " << dimension << ", seed " << kSeed);
    auto vectors = clusteredVectors(2000 / kSlowTarget + kQueries, dimension, kSeed);
    for (const bool ofOneLength : {true, false}) {
      for (std::size_t row = 0; !ofOneLength && row < vectors.count(); ++row) {
        for (std::size_t d = 0; d < dimension; ++d) {
          vectors.values[row * dimension + d] *= static_cast<float>(row % 7 + 1);
        }
      }
      const PatternStore store = storeWithout(vectors, Metric::dot);
      REQUIRE(recallAt10(store, vectors, 100) >= 0.99);
    }
  }
}

TEST_CASE("near-duplicates are told apart", "[search]") {
  for (const Metric metric : {Metric::cosine, Metric::euclidean}) {
    for (const float spread : {0.1f, 0.01f}) {
      INFO(metricName(metric) << ", spread " << spread << ", seed " << kSeed);
      // As many of each kind on every target: what matters is how many look the same.
      const std::size_t groups = 12 / std::min<std::size_t>(kSlowTarget, 6);
      const auto vectors = nearDuplicates(300 * groups + kQueries, groups, 64, spread, kSeed);
      const PatternStore store = storeWithout(vectors, metric);
      REQUIRE(recallAt10(store, vectors, 400) >= 0.99);
      if (spread > 0.05f) REQUIRE(recallAt10(store, vectors, 100) >= 0.99);
    }
  }
}

TEST_CASE("a walk finds the neighbours of real sentence embeddings", "[search]") {
  auto data = realData();
  if (!data) return;
  const bool whole = kSlowTarget == 1;
  if (!whole) {
    data->base.values.resize(std::size_t{1000} * 512);
    data->queries.values.resize(kQueries * 512);
  }
  StoreOptions options;
  options.dimension = 512;
  const PatternStore store = storeOf(options, data->base.values);
  for (const auto& [ef, least] : {std::pair{100u, 0.99}, std::pair{32u, 0.95}}) {
    std::size_t hits = 0;
    SearchOptions walk, exact;
    walk.ef = ef;
    exact.exact = true;
    for (std::size_t q = 0; q < data->queries.count(); ++q) {
      std::vector<std::uint32_t> truth;
      if (whole) {
        truth.assign(&data->truth[q * 100], &data->truth[q * 100 + 10]);
      } else {
        for (const SlotHit& hit : slotsOf(store, data->queries[q], exact))
          truth.push_back(hit.slot);
      }
      for (const SlotHit& hit : slotsOf(store, data->queries[q], walk)) {
        hits += static_cast<std::size_t>(std::count(truth.begin(), truth.end(), hit.slot));
      }
    }
    const double recall =
        static_cast<double>(hits) / 10.0 / static_cast<double>(data->queries.count());
    INFO("ef " << ef << ": recall@10 " << recall);
    REQUIRE(recall >= least);
  }
}
