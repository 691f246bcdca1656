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

/// Pairs of passes: each is short, so that others on the machine may spoil some.
constexpr std::size_t kPairs = 11;

/// What two threads are measured with. Of few queries again and again all that a search reads is
/// near its core, so that what is lost there is the processor's share, not memory's.
struct Searches {
  const PatternStore& store;
  const testing::Vectors& queries;
  SearchOptions options;
  std::size_t distinct;  ///< The first so many queries in turn.
};

/// Every `step`-th search from `first` on, once all threads have made their memory for searching.
void searchSome(const Searches& its, std::size_t first, std::size_t step, std::barrier<>& start) {
  std::vector<SlotHit> hits(its.options.k);
  const auto search = [&](std::size_t i) {
    orThrow(its.store.searchSlots(its.queries[i % its.distinct], its.options, hits));
  };
  search(first);
  start.arrive_and_wait();
  for (std::size_t i = first; i < kSearches; i += step) search(i);
}

double searchesPerSecond(const Searches& its, std::size_t count) {
  std::barrier start(static_cast<std::ptrdiff_t>(count) + 1);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < count; ++t) {
    threads.emplace_back([&, t] { searchSome(its, t, count, start); });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  for (auto& thread : threads) thread.join();
  return static_cast<double>(kSearches) / secondsSince(begin);
}

struct Scaling {
  double one = 0, two = 0, ratio = 0;  ///< Medians: searches a second, and of the pairs' ratios.
};

Scaling scalingOf(const Searches& its) {
  std::vector<double> one, two, ratios;
  for (std::size_t pair = 0; pair <= kPairs; ++pair) {
    const double alone = searchesPerSecond(its, 1);
    const double together = searchesPerSecond(its, 2);
    if (pair == 0) continue;
    one.push_back(alone);
    two.push_back(together);
    ratios.push_back(together / alone);
  }
  return {median(one), median(two), median(ratios)};
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
  // Two, as two threads ask every other one.
  const Scaling all = scalingOf({store, data.queries, options, data.queries.count()});
  const Scaling hot = scalingOf({store, data.queries, options, 2});
  return {{"ef", ef},
          {"oneThreadPerSecond", all.one},
          {"twoThreadsPerSecond", all.two},
          {"ratio", all.ratio},
          {"hotRatio", hot.ratio}};
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
