#pragma once

#include <array>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "host.hpp"
#include "measure.hpp"

namespace damask::bench {

/// The figures, and what a reader needs to judge them.
struct Report {
  Host host;
  std::array<double, 3> loadBefore{};
  std::array<double, 3> loadAfter{};
  const Dataset& data;
  const Plan& plan;
  const std::vector<Run>& runs;
  std::uint64_t seed = 0;
};

std::string reportText(const Report& report);
std::string reportJson(const Report& report);

}  // namespace damask::bench
