// hnswlib and damask in one process on the same data: build rate, latency, recall, memory.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "measure.hpp"
#include "report.hpp"

namespace {

using namespace damask::bench;

int run(const Dataset& data, const Plan& plan, const std::vector<std::uint32_t>& ms,
        std::uint32_t efConstruction, const std::string& jsonPath, std::uint64_t seed) {
  const auto loadBefore = loadAverages();
  std::vector<std::unique_ptr<Side>> sides;
  std::vector<Run> runs;
  const auto dimension = static_cast<std::uint32_t>(data.base.dimension);
  const auto add = [&](const GraphSettings& settings, const auto& make) {
    sides.emplace_back();
    runs.push_back(buildRun(make, settings, data.base, sides.back()));
    fmt::print(stderr, "built {} m={} in {:.1f} s\n", runs.back().library, settings.m,
               runs.back().buildSeconds);
  };
  for (const std::uint32_t m : ms) {
    const GraphSettings settings{m, efConstruction};
    add(settings, [&] { return makeHnswlib(dimension, data.base.count(), settings); });
    add(settings, [&] { return makeDamask(dimension, settings); });
  }
  measureSearch(data, plan, sides, runs);
  const Report report{describeHost(), loadBefore, loadAverages(), data, plan, runs, seed};
  fmt::print("{}", reportText(report));
  if (!jsonPath.empty()) {
    std::ofstream out(jsonPath);
    out << reportJson(report) << '\n';
    if (!out.flush()) {
      fmt::print(stderr, "cannot write {}\n", jsonPath);
      return 5;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Search beside hnswlib, in one process, one thread", "damask_bench_search");
  std::string prefix, jsonPath;
  std::uint32_t dimension = 384, efConstruction = 200;
  std::size_t limit = 0, generated = 10000, queries = 2000;
  std::uint64_t seed = 1;
  std::vector<std::uint32_t> ms = {16, 32};
  Plan plan;
  plan.efs = {10, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 100, 128, 160, 200};
  app.add_option("--data", prefix, "Prefix of .base.f16, .query.f16, .gt100.i32; else generated");
  app.add_option("--dimension", dimension, "Components of a vector")->capture_default_str();
  app.add_option("--limit", limit, "Use only the first rows of the base")
      ->check(CLI::PositiveNumber);
  app.add_option("--count", generated, "Vectors to generate without --data")->capture_default_str();
  app.add_option("--queries", queries, "Queries to ask")->capture_default_str();
  app.add_option("--m", ms, "Links per node, one or more")->delimiter(',')->capture_default_str();
  app.add_option("--ef-construction", efConstruction)->capture_default_str();
  app.add_option("--ef", plan.efs, "ef values to measure, at least k")->delimiter(',');
  app.add_option("-k", plan.k, "Results per query, at most 100")->check(CLI::Range(1, 100));
  app.add_option("--passes", plan.passes, "Timed passes")->check(CLI::Range(1, 1000));
  app.add_option("--seed", seed, "Seed of generated data")->capture_default_str();
  app.add_option("--json", jsonPath, "Also write the report here as JSON");
  CLI11_PARSE(app, argc, argv);
  if (std::any_of(plan.efs.begin(), plan.efs.end(), [&](auto ef) { return ef < plan.k; })) {
    fmt::print(stderr, "--ef must be at least k, which is {}\n", plan.k);
    return 2;
  }
  try {
    auto data = prefix.empty()
                    ? damask::Result<Dataset>(generateDataset(dimension, generated, queries, seed))
                    : readDataset(prefix, dimension,
                                  limit == 0 ? std::nullopt : std::optional(limit), queries);
    if (!data) {
      fmt::print(stderr, "{}\n", data.error().message);
      return 3;
    }
    if (data->truthPerQuery < plan.k) {
      fmt::print(stderr, "k is {}, but there are only {} vectors\n", plan.k, data->truthPerQuery);
      return 2;
    }
    return run(*data, plan, ms, efConstruction, jsonPath, seed);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 70;
  }
}
