#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace damask::bench {

/// A measured point, and the M it was measured with.
struct Chosen {
  std::uint32_t m = 0;
  Point point;
};

/// Of all points of a library that reach a recall, the one with the lowest p50: measured, nothing
/// is interpolated. Without `m` the library has its choice among all M that were measured.
std::optional<Chosen> fastestAt(const std::vector<Run>& runs, const std::string& library,
                                double recall, std::optional<std::uint32_t> m);

/// Both libraries at a recall that at least one of them reaches.
struct Comparison {
  double recall = 0;
  std::optional<std::uint32_t> m;  ///< None: each with the M that serves it best.
  std::optional<Chosen> hnswlib;
  std::optional<Chosen> damask;

  /// hnswlib's time over damask's, when both reach the recall.
  std::optional<double> p50Ratio() const;
  std::optional<double> p99Ratio() const;
};

/// For each M that was measured, and for the best of all when there are several, at recall 0.90,
/// 0.95, 0.98 and 0.99.
std::vector<Comparison> compare(const std::vector<Run>& runs);

}  // namespace damask::bench
