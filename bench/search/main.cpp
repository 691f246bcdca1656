// damask beside hnswlib and faiss in one process on the same data: build rate, latency, recall,
// memory; then damask alone: two threads, building, snapshot.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "damask_side.hpp"
#include "extras.hpp"
#include "report.hpp"
#include "rivals.hpp"

namespace {

using namespace damask::bench;

struct Options {
  std::string prefix, jsonPath, kind = "mixture";
  std::uint32_t dimension = 0, efConstruction = 200;
  std::size_t limit = 0, count = 10000, queries = 2000;
  std::uint64_t seed = 1;
  std::vector<std::uint32_t> ms = {16, 32};
  std::vector<std::string> sides;
  Plan plan;
};

std::vector<std::string> everySide() {
  std::vector<std::string> names = {"hnswlib", "hnswlib-fast", "damask"};
  for (std::string& name : faissSides()) names.push_back(std::move(name));
  return names;
}

void addRuns(const Options& o, const Dataset& data, const std::string& name,
             std::vector<Run>& runs) {
  const auto dimension = static_cast<std::uint32_t>(data.base.dimension);
  const std::size_t count = data.base.count();
  const auto add = [&](const std::function<std::unique_ptr<Side>()>& make) {
    runs.push_back(buildRun(name, make, data, o.plan));
    const Run& run = runs.back();
    fmt::print(stderr, "{} {}: {}\n", name, run.info.settings,
               run.error.empty() ? fmt::format("built in {:.1f} s", run.build.seconds) : run.error);
  };
  if (name.starts_with("faiss")) {
    add([&] { return makeFaiss(name, dimension); });
    return;
  }
  for (const std::uint32_t m : o.ms) {
    const GraphSettings settings{m, o.efConstruction};
    if (name == "damask") {
      add([&] { return std::make_unique<DamaskSide>(dimension, settings); });
    } else {
      add([&] { return makeHnswlib(dimension, count, settings, name == "hnswlib-fast"); });
    }
  }
}

void run(const Options& o, const Dataset& data) {
  Report report{describeMachine(), data, o.plan, o.seed, {}, 0, {}, {}, {}};
  const auto keep = [&] {
    if (!o.jsonPath.empty()) writeReport(o.jsonPath, reportJson(report));
  };
  for (const std::string& name : o.sides) addRuns(o, data, name, report.runs);
  measureSearch(data, o.plan, report.runs, [&](std::size_t pass) {
    report.passesDone = pass;
    keep();
    fmt::print(stderr, "pass {} of {}\n", pass, o.plan.passes);
  });
  if (const auto best = fastestAt(report.runs, "damask", 0.95)) {
    const auto& store = dynamic_cast<const DamaskSide&>(*best->run->side).store();
    const std::uint32_t ef = best->point->knob.value;
    report.threads = measureThreads(store, data, o.plan, ef);
    keep();
    report.build = measureBuild(data, {best->run->info.m, o.efConstruction});
    keep();
    report.snapshot = measureSnapshot(store, data, o.plan, ef);
  }
  keep();
  fmt::print("{}", reportText(report));
}

int fail(int status, const std::string& message) {
  fmt::print(stderr, "{}\n", message);
  return status;
}

int checkAndRun(Options& o) {
  if (std::any_of(o.plan.efs.begin(), o.plan.efs.end(), [&](auto ef) { return ef < o.plan.k; })) {
    return fail(2, fmt::format("--ef must be at least k, which is {}", o.plan.k));
  }
  if (o.sides.empty()) o.sides = everySide();
  for (const std::string& name : o.sides) {
    const auto all = everySide();
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      return fail(2, fmt::format("--sides: {} is none of {}", name, fmt::join(all, ", ")));
    }
  }
  if (o.prefix.empty()) {
    const auto kind = o.kind == "uniform" ? Generated::uniform : Generated::mixture;
    run(o, generateDataset(kind, o.count, o.dimension == 0 ? 384 : o.dimension, o.queries, o.seed));
    return 0;
  }
  const auto dimension = o.dimension == 0 ? dimensionOf(o.prefix) : o.dimension;
  if (!dimension) return fail(3, dimension.error().message);
  const auto data = readDataset(o.prefix, *dimension,
                                o.limit == 0 ? std::nullopt : std::optional(o.limit), o.queries);
  if (!data) return fail(3, data.error().message);
  if (data->truthPerQuery < o.plan.k) {
    return fail(2, fmt::format("k is {}, but there are {} vectors", o.plan.k, data->truthPerQuery));
  }
  run(o, *data);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Search beside hnswlib and faiss, in one process, one thread",
               "damask_bench_search");
  Options o;
  o.plan.efs = {10, 12, 14, 16, 18, 20,  22,  24,  26,  28,  32,
                36, 40, 48, 64, 80, 100, 128, 160, 200, 256, 320};
  app.add_option("--data", o.prefix, "Prefix of .base.f16, .query.f16, .gt100.i32; else generated");
  app.add_option("--dimension", o.dimension,
                 "Components (of --data: as its lengths tell; else 384)");
  app.add_option("--limit", o.limit, "Use only the first rows of the base")
      ->check(CLI::PositiveNumber);
  app.add_option("--generated", o.kind, "Without --data: mixture or uniform")
      ->check(CLI::IsMember({"mixture", "uniform"}))
      ->capture_default_str();
  app.add_option("--count", o.count, "Vectors to generate")->capture_default_str();
  app.add_option("--queries", o.queries, "Queries to ask, at most")->capture_default_str();
  app.add_option("--sides", o.sides, fmt::format("Of {}", fmt::join(everySide(), ", ")))
      ->delimiter(',');
  app.add_option("--m", o.ms, "Links per node, of damask and hnswlib; one or more")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--ef-construction", o.efConstruction, "Of damask and hnswlib")
      ->capture_default_str();
  app.add_option("--ef", o.plan.efs, "ef values to measure, at least k")->delimiter(',');
  app.add_option("-k", o.plan.k, "Results per query, at most 100")->check(CLI::Range(1, 100));
  app.add_option("--passes", o.plan.passes, "Timed passes")->check(CLI::Range(1, 1000));
  app.add_option("--seed", o.seed, "Seed of generated data")->capture_default_str();
  app.add_option("--cache", o.plan.cache, "Folder to keep what rivals build, for later runs");
  app.add_option("--json", o.jsonPath, "Also write the report here as JSON, after every pass");
  CLI11_PARSE(app, argc, argv);
  try {
    return checkAndRun(o);
  } catch (const std::exception& error) {
    return fail(70, error.what());
  }
}
