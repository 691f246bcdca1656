#include <nlohmann/json.hpp>

#include "compare.hpp"
#include "damask/isa.hpp"
#include "report.hpp"

namespace damask::bench {
namespace {

using Json = nlohmann::ordered_json;

Json pointJson(const Point& p) {
  return {{"ef", p.ef},
          {"recall", p.recall},
          {"p50Us", p.p50Us},
          {"p99Us", p.p99Us},
          {"meanUs", p.meanUs}};
}

Json runJson(const Run& run, double count) {
  Json entry = {{"library", run.library},
                {"instructionSet", run.instructionSet},
                {"m", run.settings.m},
                {"efConstruction", run.settings.efConstruction},
                {"buildSeconds", run.buildSeconds},
                {"buildCpuSeconds", run.buildCpuSeconds},
                {"vectorsPerSecond", count / run.buildSeconds},
                {"allocatedBytes", run.allocatedBytes},
                {"residentBytes", run.residentBytes}};
  if (run.reportedBytes) entry["reportedBytes"] = *run.reportedBytes;
  for (const Point& p : run.points) entry["points"].push_back(pointJson(p));
  return entry;
}

Json chosenJson(const std::optional<Chosen>& chosen) {
  if (!chosen) return nullptr;
  Json entry = {{"m", chosen->m}};
  entry.update(pointJson(chosen->point));
  return entry;
}

Json ratioJson(const std::optional<double>& ratio) {
  return ratio ? Json(*ratio) : Json(nullptr);
}

Json comparisonJson(const Comparison& c) {
  Json entry = {{"recall", c.recall}};
  entry["m"] = c.m ? Json(*c.m) : Json("best");
  entry["hnswlib"] = chosenJson(c.hnswlib);
  entry["damask"] = chosenJson(c.damask);
  entry["p50Ratio"] = ratioJson(c.p50Ratio());
  entry["p99Ratio"] = ratioJson(c.p99Ratio());
  return entry;
}

}  // namespace

std::string reportJson(const Report& r) {
  Json report = {{"benchmark", "search"},
                 {"damask", std::string(version())},
                 {"machine", r.host.processor},
                 {"cores", r.host.cores},
                 {"system", r.host.system},
                 {"loadBefore", r.loadBefore},
                 {"loadAfter", r.loadAfter},
                 {"compiler", r.host.compiler},
                 {"flags", r.host.flags},
                 {"seed", r.seed},
                 {"data", r.data.name},
                 {"truth", r.data.truthSource},
                 {"vectors", r.data.base.count()},
                 {"dimension", r.data.base.dimension},
                 {"queries", r.data.queries.count()},
                 {"k", r.plan.k},
                 {"threads", 1},
                 {"passes", r.plan.passes}};
  for (const Run& run : r.runs) {
    report["runs"].push_back(runJson(run, static_cast<double>(r.data.base.count())));
  }
  report["equalRecallMethod"] = "the measured point with the lowest p50 that reaches the recall";
  report["equalRecall"] = Json::array();
  for (const Comparison& c : compare(r.runs)) report["equalRecall"].push_back(comparisonJson(c));
  return report.dump(2);
}

}  // namespace damask::bench
