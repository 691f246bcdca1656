#include "damask/isa.hpp"
#include "report.hpp"

namespace damask::bench {
namespace {

Json chosenJson(const std::optional<Chosen>& chosen) {
  if (!chosen) return nullptr;
  Json entry = {{"settings", chosen->run->info.settings}, {"m", chosen->run->info.m}};
  entry.update(pointJson(chosen->run->info, *chosen->point));
  return entry;
}

Json ratioJson(const std::optional<double>& ratio) {
  return ratio ? Json(*ratio) : Json(nullptr);
}

}  // namespace

std::string knobText(const SideInfo& info, const Knob& knob) {
  std::string text = info.knob + "=" + std::to_string(knob.value);
  if (knob.rerank > 0) text += ", rerank=" + std::to_string(knob.rerank);
  return text;
}

Json runJson(const Run& run, double count) {
  Json entry = {{"library", run.info.library},
                {"side", run.info.name},
                {"settings", run.info.settings},
                {"m", run.info.m},
                {"instructionSet", run.info.instructionSet},
                {"note", run.info.note}};
  if (!run.error.empty()) {
    entry["error"] = run.error;
    return entry;
  }
  entry.update(Json{{"buildSeconds", run.build.seconds},
                    {"buildCpuSeconds", run.build.cpuSeconds},
                    {"buildFromCache", run.fromCache},
                    {"vectorsPerSecond", count / run.build.seconds},
                    {"allocatedBytes", run.build.allocatedBytes},
                    {"residentBytes", run.build.residentBytes},
                    {"residentBytesPerVector", run.build.residentBytes / count}});
  if (run.reportedBytes) entry["reportedBytes"] = *run.reportedBytes;
  entry["points"] = Json::array();
  for (const Point& point : run.points) entry["points"].push_back(pointJson(run.info, point));
  return entry;
}

Json pointJson(const SideInfo& info, const Point& point) {
  Json entry = {{"knob", knobText(info, point.knob)},
                {info.knob, point.knob.value},
                {"recall", point.recall}};
  if (point.distances) entry["distances"] = *point.distances;
  if (point.p50ByPass.empty()) return entry;
  entry.update(Json{{"p50Us", point.summary.p50Us},
                    {"p95Us", point.summary.p95Us},
                    {"p99Us", point.summary.p99Us},
                    {"p999Us", point.summary.p999Us},
                    {"meanUs", point.summary.meanUs},
                    {"perSecond", 1e6 / point.summary.meanUs},
                    {"p50UsByPass", point.p50ByPass}});
  return entry;
}

Json dataJson(const Dataset& data, std::uint64_t seed) {
  return {{"name", data.name},
          {"vectors", data.base.count()},
          {"dimension", data.base.dimension},
          {"queries", data.queries.count()},
          {"truth", data.truthSource},
          {"seed", seed}};
}

Json reportJson(const Report& r) {
  Json report = {{"benchmark", "search"},
                 {"damask", std::string(version())},
                 {"machine", r.machine},
                 {"data", dataJson(r.data, r.seed)},
                 {"k", r.plan.k},
                 {"threads", 1},
                 {"passes", r.passesDone},
                 {"complete", r.passesDone == r.plan.passes && !r.snapshot.is_null()}};
  report["machine"]["loadAfter"] = loadNow();
  report["runs"] = Json::array();
  for (const Run& run : r.runs) {
    report["runs"].push_back(runJson(run, static_cast<double>(r.data.base.count())));
  }
  report["equalRecallMethod"] =
      "of each side's points that reach the recall, the one with the lowest p50; p50 is the median "
      "of "
      "the passes' medians";
  report["equalRecall"] = Json::array();
  for (const Comparison& c : compare(r.runs)) {
    report["equalRecall"].push_back({{"recall", c.recall},
                                     {"rival", c.rival},
                                     {"theirs", chosenJson(c.theirs)},
                                     {"damask", chosenJson(c.ours)},
                                     {"p50Ratio", ratioJson(c.p50Ratio())},
                                     {"p50RatioByPass", c.p50RatioByPass()},
                                     {"p99Ratio", ratioJson(c.p99Ratio())}});
  }
  report["twoThreads"] = r.threads;
  report["buildThreads"] = r.build;
  report["snapshot"] = r.snapshot;
  return report;
}

}  // namespace damask::bench
