#include "extras.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "damask_side.hpp"
#include "posix_file.hpp"

namespace damask::bench {
namespace {

SearchOptions searchOf(const Plan& plan, std::uint32_t ef) {
  SearchOptions options;
  options.k = plan.k;
  options.ef = ef;
  return options;
}

/// Every `step`-th query from `first` on.
void searchSome(const PatternStore& store, const Dataset& data, const SearchOptions& options,
                std::size_t first, std::size_t step) {
  std::vector<SlotHit> hits(options.k);
  for (std::size_t q = first; q < data.queries.count(); q += step) {
    orThrow(store.searchSlots(data.queries[q], options, hits));
  }
}

double searchesPerSecond(const PatternStore& store, const Dataset& data,
                         const SearchOptions& options, std::size_t count) {
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < count; ++t) {
    threads.emplace_back([&, t] { searchSome(store, data, options, t, count); });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(data.queries.count()) / secondsSince(begin);
}

/// Asks the system to forget what it has of a file, which is durable by then.
void dropFromMemory(const std::string& path) {
  const auto file = orThrow(posix::openFile(path, O_RDONLY));
  orThrow(posix::sync(file.get(), path));
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
}

double writeSnapshot(const PatternStore& store, const std::string& path) {
  const auto begin = Clock::now();
  const auto file = orThrow(posix::openFile(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  orThrow(store.save(
      [&](std::span<const std::byte> bytes) { return posix::writeAll(file.get(), bytes, path); }));
  orThrow(posix::sync(file.get(), path));
  return secondsSince(begin);
}

struct Opened {
  double openMs = 0, firstSearchUs = 0;
};

Opened openAndSearch(const std::string& path, const Dataset& data, const SearchOptions& options) {
  const auto begin = Clock::now();
  const auto file = orThrow(posix::FileBytes::read(path, posix::FileBytes::Accept::regularFile));
  const PatternStore store = orThrow(PatternStore::open(file.bytes()));
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

Json measureSnapshot(const PatternStore& store, const Dataset& data, const Plan& plan,
                     std::uint32_t ef, const std::string& folder) {
  const SearchOptions options = searchOf(plan, ef);
  const std::string path = folder + "/damask-bench-" + std::to_string(::getpid()) + ".damask";
  std::vector<double> write, cold, coldSearch, warm, warmSearch;
  for (std::size_t pass = 0; pass < plan.passes; ++pass) {
    write.push_back(writeSnapshot(store, path));
    dropFromMemory(path);
    const Opened first = openAndSearch(path, data, options);
    const Opened again = openAndSearch(path, data, options);
    cold.push_back(first.openMs);
    coldSearch.push_back(first.firstSearchUs);
    warm.push_back(again.openMs);
    warmSearch.push_back(again.firstSearchUs);
  }
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::remove(path);
  return {{"bytes", bytes},
          {"writeSeconds", median(write)},
          {"writeMegabytesPerSecond", bytes / 1e6 / median(write)},
          {"openColdMs", median(cold)},
          {"openWarmMs", median(warm)},
          {"firstSearchColdUs", median(coldSearch)},
          {"firstSearchWarmUs", median(warmSearch)}};
}

}  // namespace damask::bench
