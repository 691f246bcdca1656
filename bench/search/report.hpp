#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "host.hpp"
#include "run.hpp"

namespace damask::bench {

/// The figures, and what a reader needs to judge them.
struct Report {
  Json machine;
  const Dataset& data;
  const Plan& plan;
  std::uint64_t seed = 0;
  std::vector<Run> runs;
  std::size_t passesDone = 0;
  Json threads, build, snapshot;  ///< Null until they are measured.
};

std::string reportText(const Report& report);
Json reportJson(const Report& report);

/// "data" of every report.
Json dataJson(const Dataset& data, std::uint64_t seed);
/// "ef=32" or "nprobe=8, rerank=100".
std::string knobText(const SideInfo& info, const Knob& knob);
Json runJson(const Run& run, double vectors);
Json pointJson(const SideInfo& info, const Point& point);

}  // namespace damask::bench
