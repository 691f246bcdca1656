// A store in use: filters, deletes, replacements, inserts beside searches, the first search after
// opening; recall beside every latency, and hnswlib where it offers the same.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "damask/isa.hpp"
#include "dataset.hpp"
#include "steps.hpp"

namespace {

using namespace damask::bench;

const std::vector<std::pair<std::string, void (*)(const LifeSettings&, const RowSink&)>> kSteps = {
    {"filter", measureFilters},
    {"deleted", measureDeletes},
    {"replaced", measureReplacements},
    {"insert", measureInserts},
    {"first search", measureFirstSearch}};

std::vector<std::string> stepNames() {
  std::vector<std::string> names;
  for (const auto& step : kSteps) names.push_back(step.first);
  return names;
}

void print(const Json& row) {
  fmt::print("{:<13} {:<32} {:<13}", row["what"].get<std::string>(),
             row.value("case", std::string()), row.value("side", std::string()));
  for (const auto& [key, value] : row.items()) {
    if (value.is_number()) fmt::print(" {}={:.4g}", key, value.get<double>());
    if (value.is_object()) fmt::print(" {}={}", key, value.dump());
  }
  fmt::print("{}\n", row.contains("error") ? " FAILED: " + row["error"].get<std::string>() : "");
  std::fflush(stdout);
}

/// The last rows of the base are kept back, to be inserted later: as many as 30% of the others.
LifeSettings settingsOf(Dataset data) {
  const std::size_t more = data.base.count() * 3 / 13;
  LifeSettings s;
  const std::size_t dimension = data.base.dimension;
  const auto middle = data.base.values.end() - static_cast<std::ptrdiff_t>(more * dimension);
  s.more = {dimension, {middle, data.base.values.end()}};
  data.base.values.erase(middle, data.base.values.end());
  s.base = std::move(data.base);
  s.queries = std::move(data.queries);
  return s;
}

/// What an earlier run has left in the report, but for the steps that are measured now.
Json rowsBefore(const std::string& path, const std::vector<std::string>& now) {
  Json kept = Json::array();
  std::ifstream file(path);
  if (path.empty() || !file) return kept;
  const Json report = Json::parse(file);
  for (const Json& row : report.at("rows")) {
    if (std::find(now.begin(), now.end(), row["what"]) == now.end()) kept.push_back(row);
  }
  return kept;
}

void run(const LifeSettings& s, Json report, const std::vector<std::string>& only,
         const std::string& path) {
  const auto keep = [&](Json row) {
    print(row);
    report["rows"].push_back(std::move(row));
    if (!path.empty()) writeReport(path, report);
  };
  for (const auto& [name, measure] : kSteps) {
    if (std::find(only.begin(), only.end(), name) == only.end()) continue;
    try {
      measure(s, keep);
    } catch (const std::exception& error) {
      keep({{"what", name}, {"error", error.what()}});
    }
  }
  report["complete"] = true;
  if (!path.empty()) writeReport(path, report);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A store in use, with recall beside every latency", "damask_bench_life");
  std::string prefix, path;
  std::size_t count = 20000, limit = 0, queries = 500, k = 10, passes = 3;
  std::uint32_t dimension = 384, ef = 64;
  std::uint64_t seed = 1;
  GraphSettings graph;
  bool alone = false;
  std::vector<std::string> only = stepNames();
  app.add_option("--data", prefix, "Prefix of .base.f16, .query.f16, .gt100.i32; else generated");
  app.add_option("--limit", limit, "Use only the first rows of the base");
  app.add_option("--count", count, "Vectors to generate")->capture_default_str();
  app.add_option("--dimension", dimension, "Of generated vectors")->capture_default_str();
  app.add_option("--queries", queries)->capture_default_str();
  app.add_option("--m", graph.m)->capture_default_str();
  app.add_option("--ef", ef, "Of every search")->capture_default_str();
  app.add_option("-k", k)->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--passes", passes, "Timed passes")->check(CLI::Range(1, 1000));
  app.add_option("--seed", seed, "Of generated data, and of what is deleted and replaced")
      ->capture_default_str();
  app.add_option("--only", only, "Of filter, deleted, replaced, insert, first search")
      ->delimiter(',')
      ->check(CLI::IsMember(stepNames()));
  app.add_flag("--without-hnswlib", alone);
  app.add_option("--json", path, "Report, after every row; steps that are left out stay");
  CLI11_PARSE(app, argc, argv);
  try {
    damask::Result<Dataset> data;
    if (prefix.empty()) {
      data = generateDataset(Generated::mixture, count + count * 3 / 10, dimension, queries, seed);
    } else {
      const auto told = dimensionOf(prefix);
      if (!told) throw std::runtime_error(told.error().message);
      data = readDataset(prefix, *told, limit == 0 ? std::nullopt : std::optional(limit), queries);
    }
    if (!data) throw std::runtime_error(data.error().message);
    const std::string name = data->name;
    LifeSettings s = settingsOf(std::move(*data));
    s.graph = graph;
    s.k = k;
    s.ef = ef;
    s.passes = passes;
    s.seed = seed;
    s.rival = !alone;
    run(s,
        {{"benchmark", "life"},
         {"damask", std::string(damask::version())},
         {"machine", describeMachine()},
         {"data",
          {{"name", name},
           {"vectors", s.base.count()},
           {"dimension", s.base.dimension},
           {"queries", s.queries.count()},
           {"truth", "exact search here, of the rows that are there"},
           {"seed", seed}}},
         {"k", k},
         {"ef", ef},
         {"m", graph.m},
         {"passes", passes},
         {"complete", false},
         {"rows", rowsBefore(path, only)}},
        only, path);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
  return 0;
}
