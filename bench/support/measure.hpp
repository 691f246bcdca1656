#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace damask::bench {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration d);
double secondsSince(Clock::time_point begin);

/// The value below which that part of the values lies; `sorted` is not empty.
double percentile(std::span<const double> sorted, double part);
double median(std::vector<double> values);

/// How many of `found` are among `truth`.
std::size_t hitsAmong(std::span<const std::int32_t> found, std::span<const std::int32_t> truth);

/// What is known of many latencies.
struct Latencies {
  double p50Us = 0, p95Us = 0, p99Us = 0, p999Us = 0, meanUs = 0;
};
/// Sorts them; there is at least one.
Latencies summarise(std::vector<double>& latencies);

/// What some work took, and how much more memory there is after it than before.
struct Cost {
  double seconds = 0;
  double cpuSeconds = 0;      ///< Of this process: tells when others took the machine's time.
  double allocatedBytes = 0;  ///< Growth of what malloc has given out.
  double residentBytes = 0;   ///< Growth of the process's resident set.
};
Cost costOf(const std::function<void()>& work);

}  // namespace damask::bench
