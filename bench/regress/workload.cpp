// A fixed workload, each part of it a function that callgrind can tell from the others by its name:
// main.mjs runs it and compares. Prints what it did as JSON.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "generate/mixture.hpp"
#include "or_throw.hpp"

using namespace damask;

namespace {

constexpr std::size_t kCount = 3000, kQueries = 200, kReplaced = 200, kDimension = 128;
constexpr std::uint64_t kSeed = 1;
constexpr std::uint32_t kEf = 48;
constexpr int kDomains = 10;

StoreOptions optionsOf(std::uint32_t indexingThreshold) {
  StoreOptions options;
  options.dimension = kDimension;
  options.hnsw.m = 16;
  options.hnsw.efConstruction = 100;
  options.indexingThreshold = indexingThreshold;
  return options;
}

void upsert(PatternStore& store, std::size_t id, std::span<const float> v) {
  Pattern pattern;
  pattern.id = std::to_string(id);
  pattern.domain = "domain " + std::to_string(id % kDomains);
  bench::orThrow(store.upsert(pattern, v));
}

/// The distances that searching all queries took.
std::uint64_t searchAll(const PatternStore& store, const testing::Vectors& queries,
                        const SearchOptions& options) {
  std::vector<SlotHit> hits(options.k);
  std::uint64_t distances = 0;
  for (std::size_t q = 0; q < queries.count(); ++q) {
    SearchReport report;
    bench::orThrow(store.searchSlots(queries[q], options, hits, &report));
    distances += report.distanceComputations;
  }
  return distances;
}

struct Workload {
  testing::Vectors base, replacements, queries;
  PatternStore store = bench::orThrow(PatternStore::create(optionsOf(0)));
  PatternStore flat = bench::orThrow(PatternStore::create(optionsOf(kCount)));
  std::vector<std::byte> snapshot;

  explicit Workload(testing::Vectors all) {
    const auto part = [&](std::size_t from, std::size_t count) {
      const auto begin = all.values.begin() + static_cast<std::ptrdiff_t>(from * kDimension);
      return testing::Vectors{kDimension,
                              {begin, begin + static_cast<std::ptrdiff_t>(count * kDimension)}};
    };
    base = part(0, kCount);
    replacements = part(kCount, kReplaced);
    queries = part(kCount + kReplaced, kQueries);
    for (std::size_t row = 0; row < kCount; ++row) upsert(flat, row, base[row]);
  }
};

}  // namespace

// Names that stay what they are, and calls that are not merged into their callers.
extern "C" {

[[gnu::noinline]] void regress_build(Workload& w) {
  for (std::size_t row = 0; row < kCount; ++row) upsert(w.store, row, w.base[row]);
}

[[gnu::noinline]] std::uint64_t regress_search(const Workload& w) {
  SearchOptions options;
  options.ef = kEf;
  return searchAll(w.store, w.queries, options);
}

[[gnu::noinline]] std::uint64_t regress_filtered(const Workload& w) {
  SearchOptions options;
  options.ef = kEf;
  options.domain = "domain 3";
  return searchAll(w.store, w.queries, options);
}

[[gnu::noinline]] std::uint64_t regress_scan(const Workload& w) {
  return searchAll(w.flat, w.queries, {});
}

[[gnu::noinline]] void regress_replace(Workload& w) {
  for (std::size_t i = 0; i < kReplaced; ++i) {
    upsert(w.store, i * (kCount / kReplaced), w.replacements[i]);
  }
}

[[gnu::noinline]] void regress_save(Workload& w) {
  w.snapshot = bench::orThrow(w.store.saveToBytes());
}

[[gnu::noinline]] std::size_t regress_open(const Workload& w) {
  return bench::orThrow(PatternStore::open(w.snapshot)).size();
}

/// Ends the one before.
[[gnu::noinline]] void regress_end() {
  asm volatile("");
}
}

int main() {
  Workload w(bench::mixtureVectors(kCount + kReplaced + kQueries, kDimension, kSeed));
  regress_build(w);
  const std::uint64_t search = regress_search(w);
  const std::uint64_t filtered = regress_filtered(w);
  const std::uint64_t scan = regress_scan(w);
  regress_replace(w);
  regress_save(w);
  const std::size_t opened = regress_open(w);
  regress_end();
  fmt::print(R"({{"instructionSet":"{}","compiler":"{}","count":{},"dimension":{},"queries":{},)"
             R"("replaced":{},"seed":{},"ef":{},"opened":{},)"
             R"("distances":{{"search":{},"filtered":{},"scan":{}}}}})"
             "\n",
             w.store.stats().instructionSet, __VERSION__, kCount, kDimension, kQueries, kReplaced,
             kSeed, kEf, opened, search, filtered, scan);
}
