#include "measure.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <numeric>

namespace damask::bench {
namespace {

using Clock = std::chrono::steady_clock;

double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, pages = 0;
  statm >> total >> pages;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double microseconds(Clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

std::size_t hitsAmong(std::span<const std::int32_t> found, std::span<const std::int32_t> truth) {
  return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](std::int32_t row) {
    return std::find(truth.begin(), truth.end(), row) != truth.end();
  }));
}

// One pass over all queries; latencies are appended, the hits among the true k returned.
std::size_t pass(const Dataset& data, std::size_t k, std::uint32_t ef, Side& side,
                 std::vector<double>& latencies) {
  std::vector<std::int32_t> rows(k);
  std::size_t hits = 0;
  for (std::size_t q = 0; q < data.queries.count(); ++q) {
    const auto begin = Clock::now();
    const std::size_t count = side.search(data.queries[q], ef, rows);
    latencies.push_back(microseconds(Clock::now() - begin));
    hits += hitsAmong(std::span(rows).first(count),
                      std::span(data.truth).subspan(q * data.truthPerQuery, k));
  }
  return hits;
}

double percentile(std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

Run buildRun(const std::function<std::unique_ptr<Side>()>& make, const GraphSettings& settings,
             const testing::Vectors& base, std::unique_ptr<Side>& side) {
  malloc_trim(0);
  const double allocatedBefore = allocated();
  const double residentBefore = resident();
  const std::clock_t cpuBegin = std::clock();
  const auto begin = Clock::now();
  side = make();
  side->build(base);
  Run run;
  run.buildSeconds = microseconds(Clock::now() - begin) / 1e6;
  run.buildCpuSeconds = static_cast<double>(std::clock() - cpuBegin) / CLOCKS_PER_SEC;
  malloc_trim(0);
  run.allocatedBytes = allocated() - allocatedBefore;
  run.residentBytes = resident() - residentBefore;
  run.reportedBytes = side->reportedBytes();
  run.library = side->name();
  run.instructionSet = side->instructionSet();
  run.settings = settings;
  return run;
}

void measureSearch(const Dataset& data, const Plan& plan,
                   const std::vector<std::unique_ptr<Side>>& sides, std::vector<Run>& runs) {
  for (const std::uint32_t ef : plan.efs) {
    std::vector<std::vector<double>> latencies(sides.size());
    std::vector<std::size_t> hits(sides.size());
    for (std::size_t turn = 0; turn <= plan.passes; ++turn) {
      for (std::size_t i = 0; i < sides.size(); ++i) {
        const std::size_t s = turn % 2 == 0 ? i : sides.size() - 1 - i;
        if (turn == 1) latencies[s].clear();  // the first pass only warms the caches
        hits[s] = pass(data, plan.k, ef, *sides[s], latencies[s]);
      }
    }
    for (std::size_t s = 0; s < sides.size(); ++s) {
      auto& sorted = latencies[s];
      std::sort(sorted.begin(), sorted.end());
      const double mean =
          std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
      const double recall =
          static_cast<double>(hits[s]) / static_cast<double>(plan.k * data.queries.count());
      runs[s].points.push_back(
          {ef, recall, percentile(sorted, 0.5), percentile(sorted, 0.99), mean});
    }
  }
}

}  // namespace damask::bench
