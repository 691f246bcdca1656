#include "measure.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <numeric>

namespace damask::bench {
namespace {

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

}  // namespace

double microseconds(Clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

double secondsSince(Clock::time_point begin) {
  return microseconds(Clock::now() - begin) / 1e6;
}

double percentile(std::span<const double> sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.5);
}

std::size_t hitsAmong(std::span<const std::int32_t> found, std::span<const std::int32_t> truth) {
  return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](std::int32_t row) {
    return std::find(truth.begin(), truth.end(), row) != truth.end();
  }));
}

Latencies summarise(std::vector<double>& latencies) {
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) { return percentile(latencies, part); };
  const double sum = std::accumulate(latencies.begin(), latencies.end(), 0.0);
  return {at(0.5), at(0.95), at(0.99), at(0.999), sum / static_cast<double>(latencies.size())};
}

Cost costOf(const std::function<void()>& work) {
  malloc_trim(0);
  const double allocatedBefore = allocated();
  const double residentBefore = resident();
  const std::clock_t cpuBegin = std::clock();
  const auto begin = Clock::now();
  work();
  Cost cost;
  cost.seconds = secondsSince(begin);
  cost.cpuSeconds = static_cast<double>(std::clock() - cpuBegin) / CLOCKS_PER_SEC;
  malloc_trim(0);
  cost.allocatedBytes = allocated() - allocatedBefore;
  cost.residentBytes = resident() - residentBefore;
  return cost;
}

}  // namespace damask::bench
