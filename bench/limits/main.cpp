// One search point taken apart: how long searches wait for memory and for branches that could not
// be predicted, beside the same searches where nothing has to be waited for, and beside reading as
// many bytes at random. main.mjs runs it, also under callgrind, which counts what happens in
// limits_search.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "damask/damask.hpp"
#include "dataset.hpp"
#include "generate/mixture.hpp"
#include "host.hpp"
#include "measure.hpp"
#include "or_throw.hpp"
#include "random_reads.hpp"

using namespace damask;
using namespace damask::bench;

namespace {

constexpr std::size_t kQueries = 2000, kK = 10;
constexpr std::uint64_t kSeed = 1;

struct Workload {
  Dataset data;
  PatternStore store;
  SearchOptions options;

  std::uint64_t search(std::size_t query, std::span<SlotHit> hits) const {
    SearchReport report;
    orThrow(store.searchSlots(data.queries[query], options, hits, &report));
    return report.distanceComputations;
  }
};

/// Without the truth, whose search takes instructions that callgrind does not know.
Dataset onlyAsked(std::size_t count, std::uint32_t dimension, std::size_t queries) {
  const testing::Vectors all = mixtureVectors(count + queries, dimension, kSeed);
  Dataset data;
  data.name = "mixture";
  const auto begin = all.values.begin() + static_cast<std::ptrdiff_t>(count * dimension);
  data.queries = {dimension, {begin, all.values.end()}};
  return data;
}

PatternStore storeOf(const Dataset& data, std::uint32_t m, const std::string& cache) {
  if (std::ifstream file(cache, std::ios::binary); file) {
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return orThrow(PatternStore::open(std::as_bytes(std::span(bytes))));
  }
  StoreOptions options;
  options.dimension = static_cast<std::uint32_t>(data.base.dimension);
  options.hnsw.m = m;
  PatternStore store = orThrow(PatternStore::create(options));
  for (std::size_t row = 0; row < data.base.count(); ++row) {
    Pattern pattern;
    pattern.id = std::to_string(row);
    orThrow(store.upsert(pattern, data.base[row]));
  }
  const auto bytes = orThrow(store.saveToBytes());
  std::ofstream(cache, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return store;
}

/// The median over the queries, each once after the other, or again at once, as often as it takes
/// until its best time stays.
Json timesOf(const Workload& w, int passes) {
  constexpr int kAgain = 20;
  std::vector<SlotHit> hits(kK);
  const std::size_t count = w.data.queries.count();
  std::vector<double> inTurn, again;
  for (int pass = 0; pass <= passes; ++pass) {
    for (std::size_t q = 0; q < count; ++q) {
      const auto begin = Clock::now();
      w.search(q, hits);
      if (pass > 0) inTurn.push_back(microseconds(Clock::now() - begin));
    }
  }
  for (std::size_t q = 0; q < count; ++q) {
    double best = 1e9;
    for (int i = 0; i < kAgain; ++i) {
      const auto begin = Clock::now();
      w.search(q, hits);
      best = std::min(best, microseconds(Clock::now() - begin));
    }
    again.push_back(best);
  }
  return {{"p50Us", median(inTurn)}, {"againP50Us", median(again)}};
}

Json whatIsFound(const Workload& w) {
  std::vector<SlotHit> hits(kK);
  std::uint64_t distances = 0;
  std::size_t found = 0;
  const std::size_t count = w.data.queries.count();
  for (std::size_t q = 0; q < count; ++q) {
    distances += w.search(q, hits);
    std::vector<std::int32_t> rows;
    for (const SlotHit& hit : hits) rows.push_back(static_cast<std::int32_t>(hit.slot));
    found += hitsAmong(rows, std::span(w.data.truth).subspan(q * w.data.truthPerQuery, kK));
  }
  return {{"recall", static_cast<double>(found) / static_cast<double>(count * kK)},
          {"distances", static_cast<double>(distances) / static_cast<double>(count)}};
}

}  // namespace

extern "C" {
/// Callgrind counts what happens in here.
[[gnu::noinline]] void limits_search(const Workload& w) {
  std::vector<SlotHit> hits(kK);
  for (std::size_t q = 0; q < w.data.queries.count(); ++q) w.search(q, hits);
}
}

int main(int argc, char** argv) {
  CLI::App app("Where the time of a search goes", "damask_bench_limits");
  std::string prefix, cache;
  std::size_t count = 20000, queries = kQueries;
  std::uint32_t dimension = 384, ef = 26, m = 32;
  int passes = 5;
  bool isCounted = false;
  app.add_option("--data", prefix, "Prefix of .base.f16, .query.f16, .gt100.i32; else generated");
  app.add_option("--count", count, "Vectors to generate")->capture_default_str();
  app.add_option("--dimension", dimension, "Of generated vectors")->capture_default_str();
  app.add_option("--queries", queries, "At most")->check(CLI::Range(1, 100000));
  app.add_option("--m", m)->capture_default_str();
  app.add_option("--ef", ef)->capture_default_str();
  app.add_option("--passes", passes, "Timed ones")->check(CLI::Range(1, 1000));
  app.add_option("--snapshot", cache, "Where the store is kept from run to run")->required();
  app.add_flag("--counted", isCounted, "Only searches, once: for callgrind");
  CLI11_PARSE(app, argc, argv);
  try {
    Dataset data;
    if (prefix.empty()) {
      data = isCounted ? onlyAsked(count, dimension, queries)
                       : generateDataset(Generated::mixture, count, dimension, queries, kSeed);
    } else {
      data = orThrow(readDataset(prefix, orThrow(dimensionOf(prefix)), std::nullopt, queries));
    }
    PatternStore store = storeOf(data, m, cache);
    Workload w{std::move(data), std::move(store), {}};
    w.options.k = kK;
    w.options.ef = ef;
    Json report = {{"machine", describeMachine()},
                   {"data",
                    {{"name", w.data.name},
                     {"vectors", w.store.size()},
                     {"dimension", w.data.queries.dimension},
                     {"queries", w.data.queries.count()}}},
                   {"m", m},
                   {"ef", ef},
                   {"instructionSet", w.store.stats().instructionSet}};
    if (isCounted) {
      limits_search(w);
    } else {
      const Json found = whatIsFound(w);
      report.update(found);
      report.update(timesOf(w, passes));
      const std::size_t bytes = w.data.base.dimension / 2;
      report["rowBytes"] = bytes;
      report.update(randomReads(w.data.base.count(), bytes, found["distances"].get<double>()));
    }
    fmt::print("{}\n", report.dump());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
  return 0;
}
