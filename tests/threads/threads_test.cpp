// Threads on one store, as its header allows them: const members at the same time, the others
// alone. Under ThreadSanitizer (preset native-tsan) any access that this does not order is found.

#include <atomic>
#include <catch2/catch.hpp>
#include <iostream>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "damask/damask.hpp"
#include "support/random.hpp"
#include "support/small_store.hpp"

namespace {

using namespace damask;
using namespace damask::testing;
using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kSeed = 0x746872656164;
constexpr std::uint32_t kDimension = 8;
constexpr std::size_t kPatterns = 300;

StoreOptions optionsOf(std::uint32_t indexingThreshold) {
  StoreOptions options = smallOptions(kDimension, Metric::cosine, Precision::float32);
  options.hnsw = {8, 24, 24};
  options.indexingThreshold = indexingThreshold;
  return options;
}

/// What a reader does; says what does not hold. Catch's own checks are for one thread alone.
class Reader {
 public:
  explicit Reader(std::uint64_t seed) : random_(seed) {}

  void read(const PatternStore& store) {
    ++reads_;
    SearchOptions options;
    options.k = 1 + random_.below(8);
    const std::uint32_t kind = random_.below(5);
    options.exact = kind == 0;
    if (kind == 1) options.domain = "d1";
    if (kind == 2) options.filter = Filter::exists(FilterField::framework);
    if (kind == 3) options.mmrLambda = 0.5;
    const auto query = smallVector(random_.below(400), kDimension);
    SearchReport report;
    const auto hits = store.search(query, options, &report);
    const auto matches = store.count(options);
    require(hits && matches, "a search is answered");
    require(hits->size() == std::min(options.k, *matches), "k come back whenever k match");
    for (const SearchHit& hit : *hits) {
      const auto pattern = store.get(hit.id);
      require(pattern && *pattern && store.contains(hit.id), "a hit has a pattern");
      const auto embedding = store.embedding(hit.id);
      require(embedding && *embedding, "and an embedding");
    }
    const StoreStats stats = store.stats();
    require(stats.count == store.size() && stats.count <= stats.slots, "the counts agree");
    const auto slot = store.nextSlot(random_.below(static_cast<std::uint32_t>(stats.slots)));
    if (slot) require(store.patternAt(*slot).value().has_value(), "a live slot has a pattern");
  }

  const std::string& problem() const { return problem_; }
  std::size_t reads() const { return reads_; }

 private:
  void require(bool holds, const char* what) {
    if (!holds && problem_.empty()) problem_ = what;
  }

  Random random_;
  std::string problem_;
  std::size_t reads_ = 0;
};

/// What a writer does; each call is made under the lock.
class Writer {
 public:
  void write(PatternStore& store) {
    const std::size_t number = 1000 + random_.below(200);
    switch (random_.below(5)) {
      case 0:
        static_cast<void>(store.remove(smallPattern(number).id).value());
        break;
      case 1:
        static_cast<void>(store.recordUsage(smallPattern(number).id, Verdict::flaky, 1).value());
        break;
      case 2:
        REQUIRE(store.stage(smallPattern(number), smallVector(number, kDimension)));
        store.commitStaged();
        break;
      default:
        REQUIRE(store.upsert(smallPattern(number), smallVector(number + 7, kDimension)));
        break;
    }
    journalBytes_ += store.takeJournal(journalBytes_).value().size();
  }

  /// A slice of a compaction and one of a snapshot.
  void goOn(PatternStore& store) {
    if (!store.rebuildProgress()) {
      REQUIRE(store.beginRebuild());
    } else if (store.stepRebuild(40).value()) {
      REQUIRE(store.finishRebuild());
      ++rebuilds_;
    }
    if (!snapshotting_) {
      REQUIRE(store.beginSnapshot());
      snapshot_.clear();
      snapshotting_ = true;
      return;
    }
    const bool done =
        store
            .stepSnapshot(20'000,
                          [this](std::span<const std::byte> chunk) -> Result<void> {
                            snapshot_.insert(snapshot_.end(), chunk.begin(), chunk.end());
                            return {};
                          })
            .value();
    if (!done) return;
    snapshotting_ = false;
    ++snapshots_;
    PatternStore::open(snapshot_).value();
  }

  std::size_t rebuilds() const { return rebuilds_; }
  std::size_t snapshots() const { return snapshots_; }

 private:
  Random random_{kSeed};
  std::uint64_t journalBytes_ = 0;
  Bytes snapshot_;
  bool snapshotting_ = false;
  std::size_t rebuilds_ = 0, snapshots_ = 0;
};

}  // namespace

TEST_CASE("threads search a store that nobody changes, without a lock", "[threads]") {
  for (const std::uint32_t threshold : {0u, 10'000u}) {
    const PatternStore store = smallStore(optionsOf(threshold), kPatterns);
    std::vector<Reader> readers;
    for (std::uint64_t i = 0; i < 4; ++i) readers.emplace_back(kSeed + i);
    std::vector<std::thread> threads;
    for (Reader& reader : readers) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) reader.read(store);
      });
    }
    Bytes saved;
    threads.emplace_back([&] { saved = store.saveToBytes().value(); });
    for (std::thread& thread : threads) thread.join();
    for (const Reader& reader : readers) REQUIRE(reader.problem() == "");
    REQUIRE((saved == store.saveToBytes().value()));
  }
}

TEST_CASE("threads search beside a writer, a snapshot and a compaction", "[threads]") {
  PatternStore store = smallStore(optionsOf(0), kPatterns);
  store.beginJournal().value();
  std::shared_mutex mutex;
  std::atomic<bool> done = false;
  std::vector<Reader> readers;
  for (std::uint64_t i = 0; i < 3; ++i) readers.emplace_back(kSeed + i);
  std::vector<std::thread> threads;
  for (Reader& reader : readers) {
    threads.emplace_back([&] {
      while (!done) {
        {
          const std::shared_lock lock(mutex);
          reader.read(store);
        }
        std::this_thread::yield();
      }
    });
  }
  std::size_t saves = 0;
  threads.emplace_back([&] {
    while (!done) {
      {
        const std::shared_lock lock(mutex);
        PatternStore::open(store.saveToBytes().value()).value();
        ++saves;
      }
      std::this_thread::yield();
    }
  });
  Writer writer;
  for (int i = 0; i < 200; ++i) {
    {
      const std::unique_lock lock(mutex);
      if (i % 25 == 0) {
        const std::uint32_t count = 1 + static_cast<std::uint32_t>(i) / 25 % 4;
        REQUIRE(store.setBuildThreads(count));
      }
      writer.write(store);
      writer.goOn(store);
    }
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  std::size_t reads = 0;
  for (const Reader& reader : readers) {
    REQUIRE(reader.problem() == "");
    reads += reader.reads();
  }
  std::cout << reads << " rounds of reading and " << saves << " saves beside 200 changes, "
            << writer.rebuilds() << " compactions and " << writer.snapshots() << " snapshots (seed "
            << kSeed << ")\n";
  REQUIRE((writer.rebuilds() > 5 && writer.snapshots() > 5 && reads > 0 && saves > 0));
}

TEST_CASE("threads that link a store leave the same bytes", "[threads]") {
  std::vector<Bytes> results;
  for (const std::uint32_t threads : {1u, 2u, 5u}) {
    PatternStore store = PatternStore::create(optionsOf(100)).value();
    REQUIRE(store.setBuildThreads(threads));
    fillSmall(store, 0, kPatterns);
    results.push_back(store.saveToBytes().value());
  }
  for (const Bytes& result : results) REQUIRE((result == results[0]));
}

TEST_CASE("threads have stores of their own", "[threads]") {
  const Bytes bytes = smallStore(optionsOf(0), 60).saveToBytes().value();
  std::vector<Bytes> results(4);
  std::vector<std::thread> threads;
  for (Bytes& result : results) {
    threads.emplace_back([&] {
      PatternStore store = PatternStore::open(bytes).value();
      fillSmall(store, 60, 120);
      result = store.saveToBytes().value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& result : results) REQUIRE((result == results[0]));
}
