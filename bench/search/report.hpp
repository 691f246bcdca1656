#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "measure.hpp"

namespace damask::bench {

/// The point of a run with the lowest p50 among those that reach a recall.
std::optional<Point> cheapest(const Run& run, double recall);

/// Prints every run and, for recall 0.95 and 0.99, the best of each library and their ratio.
void printReport(const Dataset& data, const Plan& plan, const std::vector<Run>& runs);

/// The same as JSON, with machine, compiler, flags and seed.
std::string jsonReport(const Dataset& data, const Plan& plan, const std::vector<Run>& runs,
                       std::uint64_t seed);

}  // namespace damask::bench
