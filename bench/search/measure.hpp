#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "side.hpp"

namespace damask::bench {

/// One side at one ef.
struct Point {
  std::uint32_t ef = 0;
  double recall = 0;  ///< recall@k against the truth.
  double p50Us = 0, p99Us = 0, meanUs = 0;
};

/// One library with one setting, built and asked.
struct Run {
  std::string library;
  std::string instructionSet;
  GraphSettings settings;
  double buildSeconds = 0;
  double buildCpuSeconds = 0;  ///< Of this process: tells when others took the machine's time.
  double allocatedBytes = 0;   ///< Growth of what malloc has given out, over building.
  double residentBytes = 0;    ///< Growth of the process's resident set, over building.
  std::optional<std::uint64_t> reportedBytes;  ///< Side::reportedBytes().
  std::vector<Point> points;
};

struct Plan {
  std::size_t k = 10;
  std::vector<std::uint32_t> efs;
  std::size_t passes = 3;  ///< Timed passes over the queries, after one that is not counted.
};

/// Builds a side, timing it and measuring what it allocates.
Run buildRun(const std::function<std::unique_ptr<Side>()>& make, const GraphSettings& settings,
             const testing::Vectors& base, std::unique_ptr<Side>& side);

/// Asks every query at every ef; the sides take turns pass by pass, in an order that is turned
/// round from pass to pass, so that a drift of the machine's speed meets all of them.
void measureSearch(const Dataset& data, const Plan& plan,
                   const std::vector<std::unique_ptr<Side>>& sides, std::vector<Run>& runs);

}  // namespace damask::bench
