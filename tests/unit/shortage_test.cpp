// What journals, snapshots in slices and searches answer when memory runs out, at every allocation:
// the error says so, nothing leaks, the store is as it was, and what was to be done can be done.

#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>
#include <vector>

#include "damask/damask.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"
#include "unit/shortage.hpp"

namespace {

using namespace damask;
using namespace damask::testing;
using Bytes = std::vector<std::byte>;

constexpr std::uint32_t kDimension = 4;
/// These take 63 slots: the next one completes a batch that is linked to the one before.
constexpr std::size_t kCount = 57;
/// With so many slots the graph is begun, with those of kCount nothing is linked, and the next one
/// makes it whole.
constexpr std::uint32_t kPartly = 53;

Bytes smallBytes(std::uint32_t indexingThreshold = 0) {
  StoreOptions options = smallOptions(kDimension, Metric::cosine, Precision::float32);
  options.indexingThreshold = indexingThreshold;
  return smallStore(options, kCount).saveToBytes().value();
}

std::vector<float> vectorOf(std::size_t number) {
  return smallVector(number, kDimension);
}

/// The store that a journal leads to from those bytes.
Bytes replayed(const Bytes& bytes, Bytes journal, const Bytes& frame) {
  journal.insert(journal.end(), frame.begin(), frame.end());
  PatternStore store = PatternStore::open(bytes).value();
  REQUIRE(store.replay(journal));
  return store.saveToBytes().value();
}

/// Every pattern of a store with its embedding, and how many changes led there.
std::string contentOf(const PatternStore& store) {
  std::ostringstream text;
  text << store.stats().sequence;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    const auto pattern = store.patternAt(*slot).value();
    const auto embedding = store.embeddingAt(*slot).value();
    text << '\n' << pattern->id << ' ' << pattern->content << ' ' << pattern->usageCount;
    for (const float x : *embedding) text << ' ' << x;
  }
  return text.str();
}

/// The same store: to the byte, unless its graph is still being built, which any change goes on
/// with, also one that fails afterwards.
bool same(const PatternStore& store, const Bytes& bytes, bool isBuilding) {
  return isBuilding ? contentOf(store) == contentOf(PatternStore::open(bytes).value())
                    : store.saveToBytes().value() == bytes;
}

struct Counts {
  std::size_t failed = 0;
};

void print(const char* what, const Counts& counts) {
  std::cout << counts.failed << " allocations failed of " << what << "\n";
  REQUIRE(counts.failed > 0);
}

/// Fails each allocation of a change to a store that keeps a journal.
template <typename Change>
void failChange(const Bytes& bytes, bool isBuilding, Counts& counts, Change change) {
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const Bytes header = store.beginJournal().value();
    const bool failed = runsOut(successes, shortage, [&] { return change(store); });
    if (failed) {
      ++counts.failed;
      REQUIRE(same(store, bytes, isBuilding));
      REQUIRE(store.takeJournal(header.size()).value().empty());
      REQUIRE(change(store));
    }
    const Bytes frame = store.takeJournal(header.size()).value();
    REQUIRE(same(store, replayed(bytes, header, frame), isBuilding));
    return failed;
  });
}

/// What changes are given is made before memory runs out.
const Pattern kOld = smallPattern(2), kNew = smallPattern(100), kStaged = smallPattern(101);
const std::vector<float> kVector = vectorOf(100);

Result<void> stageTwo(PatternStore& store) {
  for (const Pattern* pattern : {&kOld, &kStaged}) {
    const auto staged = store.stage(*pattern, kVector);
    if (staged) continue;
    store.discardStaged();
    return staged;
  }
  store.commitStaged();
  return {};
}

/// A change of each kind.
void changeAll(PatternStore& store) {
  fillSmall(store, kCount, kCount + 12);
  REQUIRE(stageTwo(store));
  REQUIRE(store.remove(smallPattern(1).id));
}

}  // namespace

TEST_CASE("a change that memory runs out for is not recorded", "[shortage]") {
  Counts counts;
  for (const std::uint32_t threshold : {0u, 1000u, kPartly}) {
    INFO("graph from " << threshold << " patterns on");
    const Bytes bytes = smallBytes(threshold);
    const bool isBuilding = threshold == kPartly;
    failChange(bytes, isBuilding, counts,
               [](PatternStore& store) { return store.upsert(kNew, kVector); });
    failChange(bytes, isBuilding, counts,
               [](PatternStore& store) { return store.upsert(kOld, kVector); });
    failChange(bytes, isBuilding, counts,
               [](PatternStore& store) { return store.remove(kOld.id); });
    failChange(bytes, isBuilding, counts,
               [](PatternStore& store) { return store.recordUsage(kOld.id, Verdict::success, 5); });
    failChange(bytes, isBuilding, counts, [](PatternStore& store) { return store.clear(); });
  }
  print("changes with a journal", counts);
}

TEST_CASE("a batch that memory runs out for is not recorded", "[shortage]") {
  Counts counts;
  const Bytes bytes = smallBytes();
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const Bytes header = store.beginJournal().value();
    const bool failed = runsOut(successes, shortage, [&] { return stageTwo(store); });
    counts.failed += failed ? 1 : 0;
    if (failed) {
      REQUIRE(store.takeJournal(header.size()).value().empty());
      REQUIRE(store.size() == PatternStore::open(bytes)->size());
      REQUIRE(stageTwo(store));
    }
    const Bytes frame = store.takeJournal(header.size()).value();
    Bytes journal = header;
    journal.insert(journal.end(), frame.begin(), frame.end());
    PatternStore again = PatternStore::open(bytes).value();
    REQUIRE(again.replay(journal).value().changes == 2);
    REQUIRE(again.size() == store.size());
    REQUIRE(again.stats().sequence == store.stats().sequence);
    return failed;
  });
  print("batches with a journal", counts);
}

TEST_CASE("a journal that memory runs out for can be asked for again", "[shortage]") {
  Counts counts;
  const Bytes bytes = smallBytes();
  const Bytes header = PatternStore::open(bytes)->beginJournal().value();
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const bool failed = runsOut(successes, shortage, [&] { return store.beginJournal(); });
    counts.failed += failed ? 1 : 0;
    if (failed) REQUIRE((store.beginJournal().value() == header));
    return failed;
  });
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    REQUIRE((store.beginJournal().value() == header));
    changeAll(store);
    const bool failed =
        runsOut(successes, shortage, [&] { return store.takeJournal(header.size()); });
    if (!failed) return false;
    ++counts.failed;
    const Bytes frame = store.takeJournal(header.size()).value();
    REQUIRE(replayed(bytes, header, frame) == store.saveToBytes().value());
    return true;
  });
  print("beginJournal and takeJournal", counts);
}

TEST_CASE("a replay that memory runs out for says so, and another store replays it", "[shortage]") {
  Counts counts;
  const Bytes bytes = smallBytes(kPartly);
  PatternStore writer = PatternStore::open(bytes).value();
  Bytes journal = writer.beginJournal().value();
  changeAll(writer);
  const Bytes frame = writer.takeJournal(journal.size()).value();
  journal.insert(journal.end(), frame.begin(), frame.end());
  const Bytes expected = writer.saveToBytes().value();
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const bool failed = runsOut(successes, shortage, [&] { return store.replay(journal); });
    counts.failed += failed ? 1 : 0;
    if (!failed) REQUIRE((store.saveToBytes().value() == expected));
    return failed;
  });
  print("replay", counts);
}

TEST_CASE("a snapshot in slices that memory runs out for leaves the store as it was",
          "[shortage]") {
  Counts counts;
  const Bytes bytes = smallBytes(kPartly);
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    Bytes written;
    written.reserve(2 * bytes.size());
    const ByteSink sink = [&written](std::span<const std::byte> chunk) -> Result<void> {
      written.insert(written.end(), chunk.begin(), chunk.end());
      return {};
    };
    const auto save = [&]() -> Result<void> {
      written.clear();
      if (auto begun = store.beginSnapshot(); !begun) return begun;
      for (;;) {
        const auto done = store.stepSnapshot(100, sink);
        if (!done) return tl::make_unexpected(done.error());
        if (*done) return {};
      }
    };
    const bool failed = runsOut(successes, shortage, save);
    if (failed) {
      ++counts.failed;
      store.cancelSnapshot();
      REQUIRE((store.saveToBytes().value() == bytes));
      REQUIRE(save());
    }
    REQUIRE((written == bytes));
    return failed;
  });
  // Changes meanwhile: what a snapshot keeps a copy of needs memory, too.
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    REQUIRE(store.beginSnapshot());
    const auto change = [&]() -> Result<void> {
      const auto used = store.recordUsage(kOld.id, Verdict::flaky, 3);
      if (!used) return tl::make_unexpected(used.error());
      return store.upsert(kOld, kVector);
    };
    const bool failed = runsOut(successes, shortage, change);
    counts.failed += failed ? 1 : 0;
    Bytes written;
    for (bool done = false; !done;) {
      done = store
                 .stepSnapshot(1000,
                               [&written](std::span<const std::byte> chunk) -> Result<void> {
                                 written.insert(written.end(), chunk.begin(), chunk.end());
                                 return {};
                               })
                 .value();
    }
    REQUIRE((written == bytes));
    return failed;
  });
  print("snapshots in slices", counts);
}

TEST_CASE("a search or a question that memory runs out for changes nothing", "[shortage]") {
  Counts counts;
  const Bytes bytes = smallBytes();
  SearchOptions diverse;
  diverse.k = 4;
  diverse.mmrLambda = 0.5;
  diverse.filter =
      Filter::negation(Filter::compare(FilterField::type, FilterOperator::prefix, "t"));
  const auto ask = [&](auto question) {
    failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
      const bool failed = runsOut(successes, shortage, [&] { return question(store); });
      counts.failed += failed ? 1 : 0;
      if (failed) REQUIRE((store.saveToBytes().value() == bytes));
      return failed;
    });
  };
  const auto query = vectorOf(77);
  ask([&](PatternStore& store) { return store.search(query, diverse); });
  ask([&](PatternStore& store) { return store.patternAt(*store.nextSlot(0)); });
  ask([&](PatternStore& store) { return store.embeddingAt(*store.nextSlot(0)); });
  print("searches with MMR and reading by slot", counts);
}
