#include "report.hpp"

#include <fmt/format.h>

#include "compare.hpp"

namespace damask::bench {
namespace {

std::string headText(const Report& r) {
  return fmt::format(
      "{}, {} cores, {}; load before {:.2f}, after {:.2f}\n{}; {}\n"
      "{}: {} vectors of {} dimensions, {} queries, seed {}; truth: {}\n"
      "k = {}, one thread, {} timed passes after one to warm up, libraries in turn\n",
      r.host.processor, r.host.cores, r.host.system, r.loadBefore[0], r.loadAfter[0],
      r.host.compiler, r.host.flags, r.data.name, r.data.base.count(), r.data.base.dimension,
      r.data.queries.count(), r.seed, r.data.truthSource, r.plan.k, r.plan.passes);
}

std::string runText(const Run& run, double count) {
  std::string text = fmt::format(
      "\n{} m={} efConstruction={} [{}]: built in {:.1f} s, {:.1f} s of it on the processor "
      "({:.0f} vectors/s)\n"
      "  bytes/vector: {:.0f} allocated, {:.0f} resident",
      run.library, run.settings.m, run.settings.efConstruction, run.instructionSet,
      run.buildSeconds, run.buildCpuSeconds, count / run.buildSeconds, run.allocatedBytes / count,
      run.residentBytes / count);
  if (run.reportedBytes) {
    text +=
        fmt::format(", {:.0f} by its own count", static_cast<double>(*run.reportedBytes) / count);
  }
  text += fmt::format("\n  {:>5} {:>9} {:>9} {:>9} {:>9}\n", "ef", "recall@k", "p50 us", "p99 us",
                      "mean us");
  for (const Point& p : run.points) {
    text += fmt::format("  {:>5} {:>9.4f} {:>9.1f} {:>9.1f} {:>9.1f}\n", p.ef, p.recall, p.p50Us,
                        p.p99Us, p.meanUs);
  }
  return text;
}

std::string chosenText(const std::optional<Chosen>& chosen) {
  if (!chosen) return fmt::format("{:>27}", "does not reach it");
  return fmt::format("{:>8.1f} us (m={}, ef={:>3})", chosen->point.p50Us, chosen->m,
                     chosen->point.ef);
}

std::string ratioText(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:>6.2f}", *ratio) : fmt::format("{:>6}", "-");
}

std::string comparisonText(const Report& r) {
  std::string text = fmt::format(
      "\nAt equal recall@{}: p50 of the fastest measured point that reaches it, and how many "
      "times\n"
      "hnswlib's p50 and p99 are of damask's\n  {:>6} {:>5} {:>27} {:>27} {:>6} {:>6}\n",
      r.plan.k, "recall", "m", "hnswlib", "damask", "p50", "p99");
  for (const Comparison& c : compare(r.runs)) {
    text += fmt::format("  {:>6.2f} {:>5} {:>27} {:>27} {} {}\n", c.recall,
                        c.m ? std::to_string(*c.m) : "best", chosenText(c.hnswlib),
                        chosenText(c.damask), ratioText(c.p50Ratio()), ratioText(c.p99Ratio()));
  }
  return text;
}

/// Building and memory of each pair of runs with the same settings.
std::string pairText(const Report& r) {
  std::string text = "\n";
  for (const Run& ours : r.runs) {
    for (const Run& theirs : r.runs) {
      if (ours.library != "damask" || theirs.library != "hnswlib" ||
          ours.settings.m != theirs.settings.m) {
        continue;
      }
      text += fmt::format(
          "m={}: damask / hnswlib: build rate {:.2f}, allocated bytes {:.2f}, resident {:.2f}\n",
          ours.settings.m, theirs.buildSeconds / ours.buildSeconds,
          ours.allocatedBytes / theirs.allocatedBytes, ours.residentBytes / theirs.residentBytes);
    }
  }
  return text;
}

}  // namespace

std::string reportText(const Report& report) {
  std::string text = headText(report);
  for (const Run& run : report.runs) {
    text += runText(run, static_cast<double>(report.data.base.count()));
  }
  return text + comparisonText(report) + pairText(report);
}

}  // namespace damask::bench
