// Latency at a recall as vectors become more, as they become longer, and without any structure.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "damask/isa.hpp"
#include "rows.hpp"

namespace {

using namespace damask::bench;

const std::vector<std::string> kSides = {"damask", "hnswlib", "hnswlib-fast"};

void print(const Json& row) {
  if (row.contains("error")) {
    fmt::print("{:>22}  FAILED: {}\n", row["name"].get<std::string>(),
               row["error"].get<std::string>());
    return;
  }
  for (const Json& entry : row["atRecalls"]) {
    fmt::print("{:>22} {:>14} {:>6.2f} {:>8} {:>8.4f} {:>10.1f} {:>10.1f}\n",
               row["name"].get<std::string>(), entry["side"].get<std::string>(),
               entry["atRecall"].get<double>(), entry["knob"].get<std::string>(),
               entry["recall"].get<double>(), entry["p50Us"].get<double>(),
               entry["p99Us"].get<double>());
  }
  std::fflush(stdout);
}

/// What an earlier run has left in the report, but for the rows that are measured now.
Json rowsBefore(const std::string& path, const std::vector<Row>& now) {
  Json kept = Json::array();
  std::ifstream file(path);
  if (path.empty() || !file) return kept;
  const Json report = Json::parse(file);
  for (const Json& row : report.at("rows")) {
    const auto same = [&](const Row& it) { return it.name() == row["name"]; };
    if (std::none_of(now.begin(), now.end(), same)) kept.push_back(row);
  }
  return kept;
}

void run(const std::vector<Row>& rows, const ScaleSettings& settings, const std::string& path) {
  Json report = {{"benchmark", "scale"},
                 {"damask", std::string(damask::version())},
                 {"machine", describeMachine()},
                 {"data", {{"name", "generated"}, {"seed", settings.seed}}},
                 {"k", settings.plan.k},
                 {"m", settings.graph.m},
                 {"efConstruction", settings.graph.efConstruction},
                 {"passes", settings.plan.passes},
                 {"complete", false},
                 {"rows", rowsBefore(path, rows)}};
  fmt::print("{:>22} {:>14} {:>6} {:>8} {:>8} {:>10} {:>10}\n", "vectors", "side", "recall", "knob",
             "found", "p50 us", "p99 us");
  for (const Row& row : rows) {
    report["rows"].push_back(measureRowApart(row, settings));
    print(report["rows"].back());
    const auto order = [](const Json& a, const Json& b) {
      const auto key = [](const Json& it) {
        const Json data = it.value("data", Json::object());
        return std::make_tuple(data.value("name", ""), data.value("dimension", 0),
                               data.value("vectors", 0));
      };
      return key(a) < key(b);
    };
    Json sorted = report["rows"];
    std::stable_sort(sorted.begin(), sorted.end(), order);
    report["growth"] = growthOf(sorted);
    report["rows"] = std::move(sorted);
    report["complete"] = &row == &rows.back();
    if (!path.empty()) writeReport(path, report);
  }
  for (const Json& g : report["growth"]) {
    fmt::print("{}: p50 at recall {}: {} to {} vectors: {:.2f} times\n",
               g["side"].get<std::string>(), g["atRecall"].get<double>(),
               g["from"].get<std::size_t>(), g["to"].get<std::size_t>(),
               g["p50Ratio"].get<double>());
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Latency at a recall over sizes, dimensions and the worst case",
               "damask_bench_scale");
  std::vector<std::size_t> sizes = {10000, 100000, 1000000};
  std::vector<std::uint32_t> dimensions = {96, 384, 768, 1536};
  std::size_t dimensionVectors = 20000, uniform = 100000;
  std::string path;
  ScaleSettings s;
  s.plan.efs = {10,  12,  14,  16,  18,  20,  22,  24,  26,   28,   32,   36,   40,  48,  56,
                64,  72,  80,  90,  100, 112, 128, 144, 160,  180,  200,  228,  256, 288, 320,
                360, 400, 456, 512, 576, 640, 720, 800, 1000, 1300, 1600, 2000, 2500};
  s.plan.enough = 0.991;
  s.sides = {"damask", "hnswlib-fast"};
  s.rivalLimit = 100000;
  s.queries = 500;
  s.seed = 1;
  app.add_option("--sizes", sizes, "Vectors of 384 dimensions; 0: none")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--dimensions", dimensions, "Of --dimension-vectors vectors; 0: none")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--dimension-vectors", dimensionVectors)->capture_default_str();
  app.add_option("--uniform", uniform, "Vectors of 96 dimensions without structure; 0: none")
      ->capture_default_str();
  app.add_option("--sides", s.sides, "Of damask, hnswlib, hnswlib-fast")
      ->delimiter(',')
      ->check(CLI::IsMember(kSides))
      ->capture_default_str();
  app.add_option("--rival-limit", s.rivalLimit, "Larger sets are damask's alone")
      ->capture_default_str();
  app.add_option("--m", s.graph.m, "Links per node")->capture_default_str();
  app.add_option("--queries", s.queries, "Queries of each row")->capture_default_str();
  app.add_option("--passes", s.plan.passes, "Timed passes")->check(CLI::Range(1, 1000));
  app.add_option("--seed", s.seed)->capture_default_str();
  app.add_option("--json", path, "Report, after every row; other rows that it has stay");
  CLI11_PARSE(app, argc, argv);
  std::vector<Row> rows;
  for (const std::size_t size : sizes) {
    if (size > 0) rows.push_back({Generated::mixture, size, 384});
  }
  for (const std::uint32_t d : dimensions) {
    if (d > 0) rows.push_back({Generated::mixture, dimensionVectors, d});
  }
  if (uniform > 0) rows.push_back({Generated::uniform, uniform, 96});
  try {
    run(rows, s, path);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 70;
  }
  return 0;
}
