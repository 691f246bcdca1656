#include "report.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "damask/isa.hpp"

namespace damask::bench {
namespace {

std::string cpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

struct Best {
  Run run;
  Point point;
};

std::optional<Best> bestOf(const std::vector<Run>& runs, const std::string& library,
                           double recall) {
  std::optional<Best> best;
  for (const Run& run : runs) {
    if (run.library != library) continue;
    const auto point = cheapest(run, recall);
    if (point && (!best || point->p50Us < best->point.p50Us)) best = Best{run, *point};
  }
  return best;
}

std::string describe(const std::string& library, const std::optional<Best>& best) {
  if (!best) return fmt::format("{} does not reach it", library);
  return fmt::format("{} {:.1f} us (m {}, ef {}, recall {:.4f})", library, best->point.p50Us,
                     best->run.settings.m, best->point.ef, best->point.recall);
}

void printRun(const Run& run, double count) {
  fmt::print(
      "\n{} m={} efConstruction={} [{}]: built in {:.1f} s ({:.0f} vectors/s), {:.0f} bytes/vector "
      "allocated, {:.0f} resident\n",
      run.library, run.settings.m, run.settings.efConstruction, run.instructionSet,
      run.buildSeconds, count / run.buildSeconds, run.allocatedBytes / count,
      run.residentBytes / count);
  fmt::print("  {:>5} {:>9} {:>9} {:>9} {:>9}\n", "ef", "recall@k", "p50 us", "p99 us", "mean us");
  for (const Point& p : run.points) {
    fmt::print("  {:>5} {:>9.4f} {:>9.1f} {:>9.1f} {:>9.1f}\n", p.ef, p.recall, p.p50Us, p.p99Us,
               p.meanUs);
  }
}

}  // namespace

std::optional<Point> cheapest(const Run& run, double recall) {
  std::optional<Point> best;
  for (const Point& p : run.points) {
    if (p.recall >= recall && (!best || p.p50Us < best->p50Us)) best = p;
  }
  return best;
}

void printReport(const Dataset& data, const Plan& plan, const std::vector<Run>& runs) {
  const auto count = static_cast<double>(data.base.count());
  fmt::print("{}: {} vectors of {} dimensions, {} queries, k = {}, one thread\n", data.name,
             data.base.count(), data.base.dimension, data.queries.count(), plan.k);
  for (const Run& run : runs) printRun(run, count);
  for (const double recall : {0.95, 0.99}) {
    const auto ours = bestOf(runs, "damask", recall);
    const auto theirs = bestOf(runs, "hnswlib", recall);
    fmt::print("\np50 at recall@{} >= {:.2f}: {}; {}", plan.k, recall, describe("hnswlib", theirs),
               describe("damask", ours));
    if (ours && theirs) {
      fmt::print("; hnswlib / damask = {:.2f}", theirs->point.p50Us / ours->point.p50Us);
    }
  }
  fmt::print("\n");
  for (const Run& ours : runs) {
    for (const Run& theirs : runs) {
      if (ours.library != "damask" || theirs.library != "hnswlib" ||
          ours.settings.m != theirs.settings.m) {
        continue;
      }
      fmt::print("m={}: build rate damask / hnswlib = {:.2f}, bytes damask / hnswlib = {:.2f}\n",
                 ours.settings.m, theirs.buildSeconds / ours.buildSeconds,
                 ours.allocatedBytes / theirs.allocatedBytes);
    }
  }
}

std::string jsonReport(const Dataset& data, const Plan& plan, const std::vector<Run>& runs,
                       std::uint64_t seed) {
  nlohmann::json report = {{"benchmark", "search"},
                           {"damask", std::string(version())},
                           {"machine", cpuModel()},
                           {"compiler", "g++ " __VERSION__},
                           {"flags", DAMASK_BENCH_FLAGS},
                           {"seed", seed},
                           {"data", data.name},
                           {"vectors", data.base.count()},
                           {"dimension", data.base.dimension},
                           {"queries", data.queries.count()},
                           {"k", plan.k},
                           {"passes", plan.passes}};
  for (const Run& run : runs) {
    nlohmann::json entry = {{"library", run.library},
                            {"instructionSet", run.instructionSet},
                            {"m", run.settings.m},
                            {"efConstruction", run.settings.efConstruction},
                            {"buildSeconds", run.buildSeconds},
                            {"allocatedBytes", run.allocatedBytes},
                            {"residentBytes", run.residentBytes}};
    for (const Point& p : run.points) {
      entry["points"].push_back({{"ef", p.ef},
                                 {"recall", p.recall},
                                 {"p50Us", p.p50Us},
                                 {"p99Us", p.p99Us},
                                 {"meanUs", p.meanUs}});
    }
    report["runs"].push_back(entry);
  }
  return report.dump(2);
}

}  // namespace damask::bench
