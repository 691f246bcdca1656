#include "side.hpp"

namespace damask::bench {

std::vector<Knob> Side::knobs(const std::vector<std::uint32_t>& efs) const {
  std::vector<Knob> knobs;
  for (const std::uint32_t ef : efs) knobs.push_back({ef, 0});
  return knobs;
}

}  // namespace damask::bench
