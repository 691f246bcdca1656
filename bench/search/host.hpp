#pragma once

#include <array>
#include <string>

namespace damask::bench {

/// Where and how the benchmark ran.
struct Host {
  std::string processor;
  unsigned cores = 0;
  std::string system;
  std::string compiler;
  std::string flags;  ///< Of damask and of hnswlib.
};

Host describeHost();

/// The load averages of the last 1, 5 and 15 minutes: a busy machine measures badly.
std::array<double, 3> loadAverages();

}  // namespace damask::bench
