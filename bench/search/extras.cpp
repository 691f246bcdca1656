#include "extras.hpp"

#include <barrier>
#include <thread>

#include "damask_side.hpp"
#include "snapshot_file.hpp"

namespace damask::bench {
namespace {

SearchOptions searchOf(const Plan& plan, std::uint32_t ef) {
  SearchOptions options;
  options.k = plan.k;
  options.ef = ef;
  return options;
}

/// So many searches in a pass: some tenths of a second.
constexpr std::size_t kSearches = 20000;

/// Every `step`-th search from `first` on, once all threads have made their memory for searching.
void searchSome(const PatternStore& store, const Dataset& data, const SearchOptions& options,
                std::size_t first, std::size_t step, std::barrier<>& start) {
  std::vector<SlotHit> hits(options.k);
  const auto search = [&](std::size_t i) {
    orThrow(store.searchSlots(data.queries[i % data.queries.count()], options, hits));
  };
  search(first);
  start.arrive_and_wait();
  for (std::size_t i = first; i < kSearches; i += step) search(i);
}

double searchesPerSecond(const PatternStore& store, const Dataset& data,
                         const SearchOptions& options, std::size_t count) {
  std::barrier start(static_cast<std::ptrdiff_t>(count) + 1);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < count; ++t) {
    threads.emplace_back([&, t] { searchSome(store, data, options, t, count, start); });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  for (auto& thread : threads) thread.join();
  return static_cast<double>(kSearches) / secondsSince(begin);
}

struct Opened {
  double openMs = 0, firstSearchUs = 0;
};

Opened openAndSearch(const SnapshotFile& file, const Dataset& data, const SearchOptions& options) {
  const auto begin = Clock::now();
  const PatternStore store = file.open();
  Opened opened;
  opened.openMs = secondsSince(begin) * 1e3;
  std::vector<SlotHit> hits(options.k);
  const auto searching = Clock::now();
  orThrow(store.searchSlots(data.queries[0], options, hits));
  opened.firstSearchUs = microseconds(Clock::now() - searching);
  return opened;
}

}  // namespace

Json measureThreads(const PatternStore& store, const Dataset& data, const Plan& plan,
                    std::uint32_t ef) {
  const SearchOptions options = searchOf(plan, ef);
  std::vector<double> one, two, ratios;
  for (std::size_t pass = 0; pass <= plan.passes; ++pass) {
    const double alone = searchesPerSecond(store, data, options, 1);
    const double together = searchesPerSecond(store, data, options, 2);
    if (pass == 0) continue;
    one.push_back(alone);
    two.push_back(together);
    ratios.push_back(together / alone);
  }
  return {{"ef", ef},
          {"oneThreadPerSecond", median(one)},
          {"twoThreadsPerSecond", median(two)},
          {"ratio", median(ratios)}};
}

Json measureBuild(const Dataset& data, const GraphSettings& settings) {
  const auto dimension = static_cast<std::uint32_t>(data.base.dimension);
  double seconds[2];
  std::vector<std::byte> bytes[2];
  for (const std::uint32_t threads : {1u, 2u}) {
    DamaskSide side(dimension, settings, threads);
    const auto begin = Clock::now();
    side.build(data.base);
    seconds[threads - 1] = secondsSince(begin);
    bytes[threads - 1] = orThrow(side.store().saveToBytes());
  }
  return {{"m", settings.m},
          {"oneThreadSeconds", seconds[0]},
          {"twoThreadsSeconds", seconds[1]},
          {"ratio", seconds[0] / seconds[1]},
          {"sameBytes", bytes[0] == bytes[1]}};
}

Json measureSnapshot(const PatternStore& store, const Dataset& data, const Plan& plan,
                     std::uint32_t ef) {
  const SearchOptions options = searchOf(plan, ef);
  std::vector<double> write, cold, coldSearch, warm, warmSearch;
  double bytes = 0;
  for (std::size_t pass = 0; pass < plan.passes; ++pass) {
    const SnapshotFile file(store);
    bytes = static_cast<double>(file.bytes());
    write.push_back(file.writeSeconds());
    file.dropFromMemory();
    const Opened first = openAndSearch(file, data, options);
    const Opened again = openAndSearch(file, data, options);
    cold.push_back(first.openMs);
    coldSearch.push_back(first.firstSearchUs);
    warm.push_back(again.openMs);
    warmSearch.push_back(again.firstSearchUs);
  }
  return {{"bytes", bytes},
          {"writeSeconds", median(write)},
          {"writeMegabytesPerSecond", bytes / 1e6 / median(write)},
          {"openColdMs", median(cold)},
          {"openWarmMs", median(warm)},
          {"firstSearchColdUs", median(coldSearch)},
          {"firstSearchWarmUs", median(warmSearch)}};
}

}  // namespace damask::bench
