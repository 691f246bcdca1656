#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "measure.hpp"
#include "side.hpp"

namespace damask::bench {

/// One side with one knob.
struct Point {
  Knob knob;
  double recall = 0;                ///< recall@k against the truth.
  std::optional<double> distances;  ///< Per query, on average.
  std::vector<double> p50ByPass;
  std::vector<double> latencies;  ///< Of every timed pass, in microseconds.
  Latencies summary;              ///< Of all passes; p50Us is the median of the passes' medians.
};

/// One side, built and asked.
struct Run {
  SideInfo info;
  std::string error;       ///< Not empty: the side failed, and why.
  bool fromCache = false;  ///< It was built, and its cost measured, by an earlier run.
  Cost build;
  std::optional<std::uint64_t> reportedBytes;
  std::vector<Point> points;
  std::unique_ptr<Side> side;
};

struct Plan {
  std::size_t k = 10;
  std::vector<std::uint32_t> efs;
  std::size_t passes = 3;  ///< Timed passes over the queries, after one that is not counted.
  double enough = 0.999;   ///< Knobs beyond the first that reaches this recall are left out.
  std::string cache;       ///< A folder for what rivals have built; empty: none.
};

/// Makes and builds a side, timing it and measuring what it allocates; what goes wrong is its
/// error.
Run buildRun(const std::string& name, const std::function<std::unique_ptr<Side>()>& make,
             const Dataset& data, const Plan& plan);

/// Asks every query with every knob of every side. The first pass is not timed: it finds the recall
/// and counts distances, and leaves out the knobs beyond Plan::enough. In a timed
/// pass the sides take turns knob by knob, in an order that is turned round from pass to pass, so
/// that a slow moment of the machine meets all of them. `afterPass` is called after each.
void measureSearch(const Dataset& data, const Plan& plan, std::vector<Run>& runs,
                   const std::function<void(std::size_t pass)>& afterPass);

/// Of all points of a name or library that reach a recall, the one with the lowest p50: measured,
/// nothing is interpolated.
struct Chosen {
  const Run* run = nullptr;
  const Point* point = nullptr;
};
std::optional<Chosen> fastestAt(const std::vector<Run>& runs, const std::string& name,
                                double recall);

/// A rival beside damask at a recall that at least one of them reaches; each has the setting that
/// serves it best.
struct Comparison {
  double recall = 0;
  std::string rival;
  std::optional<Chosen> theirs, ours;

  /// The rival's time over damask's, when both reach the recall.
  std::optional<double> p50Ratio() const;
  std::optional<double> p99Ratio() const;
  /// The same p50 ratio in each pass.
  std::vector<double> p50RatioByPass() const;
};

/// With every rival at recall 0.90, 0.95, 0.98 and 0.99.
std::vector<Comparison> compare(const std::vector<Run>& runs);

}  // namespace damask::bench
