#include "run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "host.hpp"

namespace damask::bench {
namespace {

constexpr std::size_t kCounted = 200;  ///< Queries whose distances are counted.

double recallOf(const Dataset& data, std::size_t k, Side& side, const Knob& knob) {
  std::vector<std::int32_t> rows(k);
  std::size_t hits = 0;
  for (std::size_t q = 0; q < data.queries.count(); ++q) {
    const std::size_t count = side.search(data.queries[q], knob, rows);
    hits += hitsAmong(std::span(rows).first(count),
                      std::span(data.truth).subspan(q * data.truthPerQuery, k));
  }
  return static_cast<double>(hits) / static_cast<double>(k * data.queries.count());
}

std::optional<double> distancesOf(const Dataset& data, std::size_t k, Side& side,
                                  const Knob& knob) {
  const std::size_t queries = std::min(kCounted, data.queries.count());
  double sum = 0;
  for (std::size_t q = 0; q < queries; ++q) {
    const auto count = side.countDistances(data.queries[q], knob, k);
    if (!count) return {};
    sum += static_cast<double>(*count);
  }
  return sum / static_cast<double>(queries);
}

void findPoints(const Dataset& data, const Plan& plan, Run& run) {
  for (const Knob& knob : run.side->knobs(plan.efs)) {
    Point point;
    point.knob = knob;
    point.recall = recallOf(data, plan.k, *run.side, knob);
    point.distances = distancesOf(data, plan.k, *run.side, knob);
    run.points.push_back(point);
    if (point.recall >= plan.enough) break;
  }
}

void timePoint(const Dataset& data, std::size_t k, Side& side, Point& point) {
  std::vector<std::int32_t> rows(k);
  std::vector<double> latencies;
  for (std::size_t q = 0; q < data.queries.count(); ++q) {
    const auto begin = Clock::now();
    side.search(data.queries[q], point.knob, rows);
    latencies.push_back(microseconds(Clock::now() - begin));
  }
  point.latencies.insert(point.latencies.end(), latencies.begin(), latencies.end());
  point.p50ByPass.push_back(median(std::move(latencies)));
  std::vector<double> all = point.latencies;
  point.summary = summarise(all);
  point.summary.p50Us = median(point.p50ByPass);
}

// What went wrong stays with the side that it went wrong with.
template <typename Work>
void guarded(Run& run, const Work& work) {
  if (!run.error.empty()) return;
  try {
    work();
  } catch (const std::exception& error) {
    run.error = error.what();
    run.points.clear();
    run.side.reset();
  }
}

// Named after all that it depends on but the library's version and this program's flags, which do
// not change between runs that share a cache.
std::string cachePath(const Plan& plan, const Dataset& data, const SideInfo& info) {
  const auto& values = data.base.values;
  const std::string_view bytes(reinterpret_cast<const char*>(values.data()),
                               values.size() * sizeof(float));
  const std::size_t hash =
      std::hash<std::string_view>()(bytes) ^ std::hash<std::string>()(info.settings);
  return plan.cache + "/" + info.name + "-" + std::to_string(hash);
}

bool load(const std::string& path, Run& run) {
  std::ifstream file(path + ".json");
  if (!file) return false;
  const Json cost = Json::parse(file);
  run.side->load(path);
  run.fromCache = true;
  run.build = {cost.at("seconds"), cost.at("cpuSeconds"), cost.at("allocatedBytes"),
               cost.at("residentBytes")};
  return true;
}

void save(const std::string& path, const Run& run) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  run.side->save(path);
  writeReport(path + ".json", {{"seconds", run.build.seconds},
                               {"cpuSeconds", run.build.cpuSeconds},
                               {"allocatedBytes", run.build.allocatedBytes},
                               {"residentBytes", run.build.residentBytes}});
}

}  // namespace

Run buildRun(const std::string& name, const std::function<std::unique_ptr<Side>()>& make,
             const Dataset& data, const Plan& plan) {
  Run run;
  run.info.name = run.info.library = name;
  guarded(run, [&] {
    run.build = costOf([&] { run.side = make(); });
    run.info = run.side->info();
    const bool cached = !plan.cache.empty() && run.side->isCacheable();
    const std::string path = cachePath(plan, data, run.info);
    if (cached && load(path, run)) return;
    const Cost built = costOf([&] { run.side->build(data.base); });
    run.build.seconds += built.seconds;
    run.build.cpuSeconds += built.cpuSeconds;
    run.build.allocatedBytes += built.allocatedBytes;
    run.build.residentBytes += built.residentBytes;
    if (cached) save(path, run);
    run.reportedBytes = run.side->reportedBytes();
  });
  return run;
}

void measureSearch(const Dataset& data, const Plan& plan, std::vector<Run>& runs,
                   const std::function<void(std::size_t pass)>& afterPass) {
  std::size_t most = 0;
  for (Run& run : runs) {
    guarded(run, [&] { findPoints(data, plan, run); });
    most = std::max(most, run.points.size());
  }
  for (std::size_t turn = 0; turn < plan.passes; ++turn) {
    for (std::size_t p = 0; p < most; ++p) {
      for (std::size_t i = 0; i < runs.size(); ++i) {
        Run& run = runs[turn % 2 == 0 ? i : runs.size() - 1 - i];
        guarded(run, [&] {
          if (p < run.points.size()) timePoint(data, plan.k, *run.side, run.points[p]);
        });
      }
    }
    afterPass(turn + 1);
  }
}

}  // namespace damask::bench
