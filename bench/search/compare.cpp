#include <algorithm>

#include "run.hpp"

namespace damask::bench {
namespace {

constexpr double kRecalls[] = {0.90, 0.95, 0.98, 0.99};

}  // namespace

std::optional<Chosen> fastestAt(const std::vector<Run>& runs, const std::string& name,
                                double recall) {
  std::optional<Chosen> fastest;
  for (const Run& run : runs) {
    if (run.info.name != name) continue;
    for (const Point& point : run.points) {
      if (point.recall >= recall &&
          (!fastest || point.summary.p50Us < fastest->point->summary.p50Us)) {
        fastest = Chosen{&run, &point};
      }
    }
  }
  return fastest;
}

std::optional<double> Comparison::p50Ratio() const {
  if (!theirs || !ours) return {};
  return theirs->point->summary.p50Us / ours->point->summary.p50Us;
}

std::optional<double> Comparison::p99Ratio() const {
  if (!theirs || !ours) return {};
  return theirs->point->summary.p99Us / ours->point->summary.p99Us;
}

std::vector<double> Comparison::p50RatioByPass() const {
  std::vector<double> ratios;
  if (!theirs || !ours) return ratios;
  for (std::size_t pass = 0; pass < ours->point->p50ByPass.size(); ++pass) {
    ratios.push_back(theirs->point->p50ByPass[pass] / ours->point->p50ByPass[pass]);
  }
  return ratios;
}

std::vector<Comparison> compare(const std::vector<Run>& runs) {
  std::vector<std::string> rivals;
  for (const Run& run : runs) {
    if (run.info.library != "damask" &&
        std::find(rivals.begin(), rivals.end(), run.info.name) == rivals.end()) {
      rivals.push_back(run.info.name);
    }
  }
  std::vector<Comparison> comparisons;
  for (const std::string& rival : rivals) {
    for (const double recall : kRecalls) {
      const Comparison c{recall, rival, fastestAt(runs, rival, recall),
                         fastestAt(runs, "damask", recall)};
      if (c.theirs || c.ours) comparisons.push_back(c);
    }
  }
  return comparisons;
}

}  // namespace damask::bench
