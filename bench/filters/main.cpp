// Searches of part of a store: how many of the patterns a filter lets through, and where they lie
// to the query, with recall and plan beside every latency, and the unfiltered search of the same
// queries in between.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "cases.hpp"
#include "dataset.hpp"
#include "host.hpp"
#include "or_throw.hpp"
#include "search/side.hpp"

namespace {

using namespace damask;
using namespace damask::bench;

PatternStore storeOf(const Dataset& data, const Ranks& ranks, const std::string& cache) {
  if (std::ifstream file(cache, std::ios::binary); !cache.empty() && file) {
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return orThrow(PatternStore::open(std::as_bytes(std::span(bytes))));
  }
  PatternStore store = buildStore(data.base, ranks);
  if (!cache.empty()) {
    const auto bytes = orThrow(store.saveToBytes());
    std::ofstream(cache, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return store;
}

void print(const Json& row) {
  fmt::print(
      "{:<14} {:>7}  recall {:.4f}  p50 {:>8.1f} us  {:>5.2f} x unfiltered, matching {:.0f} us  "
      "{}\n",
      row["where"].get<std::string>(), fmt::format("{:g}%", row["percent"].get<double>()),
      row["recall"].get<double>(), row["p50Us"].get<double>(), row["ratio"].get<double>(),
      row["matchP50Us"].get<double>(), row["plans"].dump());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Filtered searches, with recall beside every latency", "damask_bench_filters");
  std::string prefix, path, cache;
  std::size_t count = 20000, limit = 0;
  std::uint32_t dimension = 384;
  FilterSettings settings;
  app.add_option("--data", prefix, "Prefix of .base.f16, .query.f16, .gt100.i32; else generated");
  app.add_option("--limit", limit, "Use only the first rows of the base");
  app.add_option("--count", count, "Vectors to generate")->capture_default_str();
  app.add_option("--dimension", dimension, "Of generated vectors")->capture_default_str();
  app.add_option("--ef", settings.ef, "Of every search")->capture_default_str();
  app.add_option("-k", settings.k)->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--passes", settings.passes, "Timed passes")->check(CLI::Range(1, 1000));
  app.add_option("--seed", settings.seed)->capture_default_str();
  app.add_option("--percent", settings.percents, "Shares that the filters let through")
      ->delimiter(',');
  app.add_option("--snapshot", cache, "Keeps the store from run to run");
  app.add_option("--json", path, "Report, after every row");
  CLI11_PARSE(app, argc, argv);
  try {
    damask::Result<Dataset> read;
    if (prefix.empty()) {
      read = generateDataset(Generated::mixture, count, dimension, 1000, settings.seed);
    } else {
      read = readDataset(prefix, orThrow(dimensionOf(prefix)),
                         limit == 0 ? std::nullopt : std::optional(limit), 1000);
    }
    const Dataset data = orThrow(std::move(read));
    const Ranks ranks = ranksOf(data.base, data.queries, settings.seed);
    const PatternStore store = storeOf(data, ranks, cache);
    Json report = {{"benchmark", "filters"},
                   {"damask", std::string(damask::version())},
                   {"machine", describeMachine()},
                   {"data",
                    {{"name", data.name},
                     {"vectors", data.base.count()},
                     {"dimension", data.base.dimension},
                     {"truth", "exact search here, of the rows that match"},
                     {"seed", settings.seed}}},
                   {"k", settings.k},
                   {"ef", settings.ef},
                   {"passes", settings.passes},
                   {"rows", Json::array()}};
    measureCases(data, ranks, store, settings, [&](const Json& row) {
      print(row);
      report["rows"].push_back(row);
      if (!path.empty()) writeReport(path, report);
    });
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
  return 0;
}
