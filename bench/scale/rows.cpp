#include "rows.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "search/damask_side.hpp"
#include "search/report.hpp"
#include "search/rivals.hpp"

namespace damask::bench {
namespace {

constexpr double kRecalls[] = {0.95, 0.99};

std::unique_ptr<Side> makeSide(const std::string& name, const Row& row,
                               const GraphSettings& graph) {
  if (name == "damask") return std::make_unique<DamaskSide>(row.dimension, graph);
  return makeHnswlib(row.dimension, row.vectors, graph, name == "hnswlib-fast");
}

/// Each side's fastest point at each recall, flat: what tables and plots are made of.
Json atRecalls(const std::vector<Run>& runs) {
  Json found = Json::array();
  for (const Run& run : runs) {
    for (const double recall : kRecalls) {
      const auto chosen = fastestAt(runs, run.info.name, recall);
      if (!chosen) continue;
      Json entry = {{"side", run.info.name}, {"atRecall", recall}};
      entry.update(pointJson(chosen->run->info, *chosen->point));
      found.push_back(std::move(entry));
    }
  }
  return found;
}

const Json* entryOf(const Json& row, const std::string& side, double recall) {
  for (const Json& entry : row.at("atRecalls")) {
    if (entry["side"] == side && entry["atRecall"] == recall) return &entry;
  }
  return nullptr;
}

}  // namespace

std::string Row::name() const {
  return fmt::format("{}-{}x{}", kind == Generated::uniform ? "uniform" : "mixture", vectors,
                     dimension);
}

Json measureRow(const Row& row, const ScaleSettings& settings) {
  const Dataset data =
      generateDataset(row.kind, row.vectors, row.dimension, settings.queries, settings.seed);
  fmt::print(stderr, "{}: generated, with its truth\n", row.name());
  std::vector<Run> runs;
  for (const std::string& name : settings.sides) {
    if (name != "damask" && row.vectors > settings.rivalLimit) continue;
    runs.push_back(buildRun(
        name, [&] { return makeSide(name, row, settings.graph); }, data, settings.plan));
    fmt::print(stderr, "{}: {} built in {:.1f} s {}\n", row.name(), name, runs.back().build.seconds,
               runs.back().error);
  }
  measureSearch(data, settings.plan, runs, [](std::size_t) {});
  Json found = {{"name", row.name()}, {"data", dataJson(data, settings.seed)}};
  found["runs"] = Json::array();
  for (const Run& run : runs) {
    found["runs"].push_back(runJson(run, static_cast<double>(row.vectors)));
  }
  found["atRecalls"] = atRecalls(runs);
  return found;
}

Json measureRowApart(const Row& row, const ScaleSettings& settings) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            fmt::format("damask-scale-{}-{}.json", ::getpid(), row.name()))
                               .string();
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 1;
    try {
      writeReport(path, measureRow(row, settings));
      status = 0;
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", row.name(), error.what());
    }
    std::_Exit(status);
  }
  int status = -1;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
    return {{"name", row.name()},
            {"error", WIFSIGNALED(status) ? fmt::format("killed by signal {}", WTERMSIG(status))
                                          : std::string("failed: its messages are above")}};
  }
  std::ifstream file(path);
  Json found = Json::parse(file);
  std::filesystem::remove(path);
  return found;
}

Json growthOf(const Json& rows) {
  Json growth = Json::array();
  const Json* before = nullptr;
  for (const Json& row : rows) {
    if (row.contains("error") || row["data"]["dimension"] != 384) continue;
    for (const Json& entry : row["atRecalls"]) {
      const Json* smaller =
          before == nullptr ? nullptr : entryOf(*before, entry["side"], entry["atRecall"]);
      if (smaller == nullptr) continue;
      growth.push_back(
          {{"from", (*before)["data"]["vectors"]},
           {"to", row["data"]["vectors"]},
           {"side", entry["side"]},
           {"atRecall", entry["atRecall"]},
           {"p50Ratio", entry["p50Us"].get<double>() / (*smaller)["p50Us"].get<double>()}});
    }
    before = &row;
  }
  return growth;
}

}  // namespace damask::bench
