#include "compare.hpp"

#include <algorithm>

namespace damask::bench {
namespace {

constexpr double kRecalls[] = {0.90, 0.95, 0.98, 0.99};

}  // namespace

std::optional<Chosen> fastestAt(const std::vector<Run>& runs, const std::string& library,
                                double recall, std::optional<std::uint32_t> m) {
  std::optional<Chosen> fastest;
  for (const Run& run : runs) {
    if (run.library != library || (m && run.settings.m != *m)) continue;
    for (const Point& point : run.points) {
      if (point.recall >= recall && (!fastest || point.p50Us < fastest->point.p50Us)) {
        fastest = Chosen{run.settings.m, point};
      }
    }
  }
  return fastest;
}

std::optional<double> Comparison::p50Ratio() const {
  if (!hnswlib || !damask) return {};
  return hnswlib->point.p50Us / damask->point.p50Us;
}

std::optional<double> Comparison::p99Ratio() const {
  if (!hnswlib || !damask) return {};
  return hnswlib->point.p99Us / damask->point.p99Us;
}

std::vector<Comparison> compare(const std::vector<Run>& runs) {
  std::vector<std::optional<std::uint32_t>> choices;
  for (const Run& run : runs) {
    if (std::find(choices.begin(), choices.end(), run.settings.m) == choices.end()) {
      choices.push_back(run.settings.m);
    }
  }
  if (choices.size() > 1) choices.push_back(std::nullopt);
  std::vector<Comparison> comparisons;
  for (const auto& m : choices) {
    for (const double recall : kRecalls) {
      const Comparison c{recall, m, fastestAt(runs, "hnswlib", recall, m),
                         fastestAt(runs, "damask", recall, m)};
      if (c.hnswlib || c.damask) comparisons.push_back(c);
    }
  }
  return comparisons;
}

}  // namespace damask::bench
