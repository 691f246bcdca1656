#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace damask::bench {
namespace {

std::string headText(const Report& r) {
  return fmt::format(
      "{}, {} cores, {}; load before {:.2f}, after {:.2f}\n{}; {}\n"
      "{}: {} vectors of {} dimensions, {} queries, seed {}; truth: {}\n"
      "k = {}, one thread, {} timed passes after one to warm up, sides in turn\n",
      r.machine["processor"].get<std::string>(), r.machine["cores"].get<unsigned>(),
      r.machine["system"].get<std::string>(), r.machine["loadBefore"].get<double>(), loadNow(),
      r.machine["compiler"].get<std::string>(), r.machine["flags"].get<std::string>(), r.data.name,
      r.data.base.count(), r.data.base.dimension, r.data.queries.count(), r.seed,
      r.data.truthSource, r.plan.k, r.passesDone);
}

std::string runText(const Run& run, double count) {
  std::string text = fmt::format("\n{}: {}", run.info.name, run.info.settings);
  if (!run.error.empty()) return text + fmt::format("\n  FAILED: {}\n", run.error);
  text += fmt::format(
      " [{}]{}{}\n  built in {:.1f} s, {:.1f} s of it on the processor ({:.0f} vectors/s){}\n"
      "  bytes/vector: {:.0f} allocated, {:.0f} resident",
      run.info.instructionSet, run.info.note.empty() ? "" : "\n  ", run.info.note,
      run.build.seconds, run.build.cpuSeconds, count / run.build.seconds,
      run.fromCache ? ", by an earlier run" : "", run.build.allocatedBytes / count,
      run.build.residentBytes / count);
  if (run.reportedBytes) {
    text +=
        fmt::format(", {:.0f} by its own count", static_cast<double>(*run.reportedBytes) / count);
  }
  text += fmt::format("\n  {:>23} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", run.info.knob,
                      "recall@k", "p50 us", "p95 us", "p99 us", "p99.9 us", "mean us", "distances");
  for (const Point& p : run.points) {
    text += fmt::format("  {:>23} {:>9.4f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9}\n",
                        knobText(run.info, p.knob), p.recall, p.summary.p50Us, p.summary.p95Us,
                        p.summary.p99Us, p.summary.p999Us, p.summary.meanUs,
                        p.distances ? fmt::format("{:.0f}", *p.distances) : "-");
  }
  return text;
}

std::string chosenText(const std::optional<Chosen>& chosen) {
  if (!chosen) return "does not reach it";
  return fmt::format("{:.1f} us (M={}, {})", chosen->point->summary.p50Us, chosen->run->info.m,
                     knobText(chosen->run->info, chosen->point->knob));
}

std::string ratioText(const Comparison& c) {
  const auto ratio = c.p50Ratio();
  if (!ratio) return fmt::format("{:>25} {:>7}", "-", "-");
  const auto byPass = c.p50RatioByPass();
  const auto [least, most] = std::minmax_element(byPass.begin(), byPass.end());
  return fmt::format("{:>8.2f} ({:>6.2f} to {:>6.2f}) {:>6.2f}", *ratio, *least, *most,
                     *c.p99Ratio());
}

std::string comparisonText(const Report& r) {
  std::string text = fmt::format(
      "\nAt equal recall@{}: the fastest measured point of each that reaches it, and how many "
      "times\n"
      "the rival's p50 is of damask's (least and most of the passes), and its p99\n"
      "  {:>16} {:>6} {:>40} {:>30} {:>25} {:>6}\n",
      r.plan.k, "rival", "recall", "its p50", "damask's p50", "p50", "p99");
  for (const Comparison& c : compare(r.runs)) {
    text += fmt::format("  {:>16} {:>6.2f} {:>40} {:>30} {}\n", c.rival, c.recall,
                        chosenText(c.theirs), chosenText(c.ours), ratioText(c));
  }
  return text;
}

/// Building and memory of damask beside every rival with the same M.
std::string pairText(const Report& r) {
  std::string text = "\n";
  for (const Run& ours : r.runs) {
    for (const Run& theirs : r.runs) {
      if (ours.info.library != "damask" || theirs.info.library == "damask" ||
          ours.info.m != theirs.info.m || !ours.error.empty() || !theirs.error.empty()) {
        continue;
      }
      text += fmt::format(
          "M={}: damask / {}: build rate {:.2f} (by processor time {:.2f}), allocated bytes "
          "{:.2f}, "
          "resident {:.2f}\n",
          ours.info.m, theirs.info.name, theirs.build.seconds / ours.build.seconds,
          theirs.build.cpuSeconds / ours.build.cpuSeconds,
          ours.build.allocatedBytes / theirs.build.allocatedBytes,
          ours.build.residentBytes / theirs.build.residentBytes);
    }
  }
  return text;
}

std::string extrasText(const Report& r) {
  std::string text;
  if (!r.threads.is_null()) {
    const auto at = [&](const char* key) { return r.threads[key].get<double>(); };
    text += fmt::format(
        "two threads: {:.0f} searches/s, one: {:.0f}: {:.2f} times; two queries again and "
        "again: {:.2f} times\n",
        at("twoThreadsPerSecond"), at("oneThreadPerSecond"), at("ratio"), at("hotRatio"));
  }
  if (!r.build.is_null()) {
    const auto at = [&](const char* key) { return r.build[key].get<double>(); };
    text += fmt::format("built in {:.1f} s by two threads, in {:.1f} s by one: {:.2f} times, {}\n",
                        at("twoThreadsSeconds"), at("oneThreadSeconds"), at("ratio"),
                        r.build["sameBytes"].get<bool>() ? "the same bytes" : "OTHER BYTES");
  }
  if (!r.snapshot.is_null()) {
    const auto at = [&](const char* key) { return r.snapshot[key].get<double>(); };
    text += fmt::format(
        "snapshot: {:.1f} MB, written and synced in {:.2f} s; opened in {:.0f} ms from a cold "
        "file, "
        "{:.0f} ms from a warm one; first search {:.0f} us, {:.0f} us\n",
        at("bytes") / 1e6, at("writeSeconds"), at("openColdMs"), at("openWarmMs"),
        at("firstSearchColdUs"), at("firstSearchWarmUs"));
  }
  return text;
}

}  // namespace

std::string reportText(const Report& report) {
  std::string text = headText(report);
  for (const Run& run : report.runs) {
    text += runText(run, static_cast<double>(report.data.base.count()));
  }
  return text + comparisonText(report) + pairText(report) + extrasText(report);
}

}  // namespace damask::bench
