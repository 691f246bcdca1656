// Rebuilding the index beside the live one: the same patterns and scores, without the tombstones.

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "damask/damask.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"
#include "unit/shortage.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x72656275696c64;
constexpr std::uint32_t kDimension = 12;

std::string idOf(std::size_t number) {
  return std::string("p").append(std::to_string(number));
}

std::vector<std::byte> bytesOf(const PatternStore& store) {
  return store.saveToBytes().value();
}

// Ids and scores of exact searches, with how many answers there are and the records behind them.
std::vector<std::pair<std::string, float>> exactAnswers(const PatternStore& store) {
  std::vector<std::pair<std::string, float>> answers;
  SearchOptions search;
  search.exact = true;
  search.k = 40;
  for (std::size_t q = 0; q < 12; ++q) {
    search.domain = q % 3 == 0 ? std::optional<std::string>("d1") : std::nullopt;
    const auto hits = store.search(smallVector(q + 500, kDimension), search);
    for (const SearchHit& hit : *hits) answers.emplace_back(hit.id, hit.score);
  }
  return answers;
}

void rebuild(PatternStore& store, std::size_t slice) {
  REQUIRE(store.beginRebuild());
  for (bool done = false; !done;) done = store.stepRebuild(slice).value();
  REQUIRE(store.finishRebuild());
}

/// Checksums of all sections but META, which has the store's history.
std::vector<std::uint64_t> contentOf(const std::vector<std::byte>& snapshot) {
  std::vector<std::uint64_t> checksums;
  const SnapshotInfo info = inspectSnapshot(snapshot).value();
  for (const SnapshotSection& section : info.sections) {
    if (section.name != "META") checksums.push_back(section.checksum);
  }
  return checksums;
}

}  // namespace

TEST_CASE("a rebuilt store has the bytes of one that never had a tombstone", "[rebuild]") {
  struct Case {
    Metric metric;
    Precision precision;
  };
  for (const Case c :
       {Case{Metric::cosine, Precision::fixed16}, Case{Metric::euclidean, Precision::float32},
        Case{Metric::dot, Precision::fixed16}}) {
    Random random(kSeed);
    INFO("seed " << kSeed);
    const StoreOptions options = smallOptions(kDimension, c.metric, c.precision);
    PatternStore store = PatternStore::create(options).value();
    std::map<std::string, std::vector<float>> vectors;
    for (std::size_t n = 0; n < 600 / kSlowTarget; ++n) {
      const Pattern pattern = smallPattern(random.below(200));
      if (random.below(3) == 0) {
        REQUIRE(store.remove(pattern.id));
      } else {
        vectors[pattern.id] = smallVector(n, kDimension);
        REQUIRE(store.upsert(pattern, vectors[pattern.id]));
      }
      if (n % 3 == 0) REQUIRE(store.recordUsage(pattern.id, Verdict::flaky, 1234));
    }
    PatternStore fresh = PatternStore::create(options).value();
    for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
      const auto pattern = store.patternAt(*slot).value();
      REQUIRE(fresh.upsert(*pattern, vectors[pattern->id]));
    }
    const auto before = exactAnswers(store);
    const auto bytes = bytesOf(store);
    for (const std::size_t slice : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
      PatternStore rebuilt = PatternStore::open(bytes).value();
      rebuild(rebuilt, slice);
      REQUIRE(rebuilt.stats().slots == rebuilt.size());
      REQUIRE(exactAnswers(rebuilt) == before);
      REQUIRE(contentOf(bytesOf(rebuilt)) == contentOf(bytesOf(fresh)));
    }
  }
}

TEST_CASE("a rebuild takes along what changes while it runs", "[rebuild]") {
  Random random(kSeed + 1);
  INFO("seed " << kSeed + 1);
  std::map<std::string, std::pair<std::string, std::uint64_t>> model;  // content and uses
  PatternStore store = PatternStore::create(smallOptions(kDimension)).value();
  std::vector<Pattern> staged;
  const auto commit = [&] {
    store.commitStaged();
    for (const Pattern& p : staged) model[p.id] = {p.content, 0};
    staged.clear();
  };
  std::size_t rebuilds = 0;
  for (std::size_t n = 0; n < 6000 / kSlowTarget; ++n) {
    Pattern pattern = patternWithId(idOf(random.below(120)));
    pattern.content = std::to_string(n);
    const std::uint32_t choice = random.below(100);
    if (choice < 35) {
      REQUIRE(store.upsert(pattern, smallVector(n, kDimension)));
      model[pattern.id] = {pattern.content, 0};
    } else if (choice < 60) {
      REQUIRE(store.remove(pattern.id).value() == (model.erase(pattern.id) == 1));
    } else if (choice < 75) {
      const bool known = model.contains(pattern.id);
      REQUIRE(store.recordUsage(pattern.id, std::nullopt, 5).value() == known);
      if (known) ++model[pattern.id].second;
    } else if (choice < 78) {
      REQUIRE(store.stage(pattern, smallVector(n, kDimension)));
      staged.push_back(pattern);
    } else if (choice < 80) {
      commit();
    } else if (!store.rebuildProgress()) {
      REQUIRE(store.beginRebuild());
    } else if (store.stepRebuild(1 + random.below(24)).value()) {
      REQUIRE(staged.empty());
      const auto before = exactAnswers(store);
      const std::uint64_t slots = store.stats().slots;
      const std::uint64_t sequence = store.stats().sequence;
      REQUIRE(store.finishRebuild());
      ++rebuilds;
      REQUIRE(exactAnswers(store) == before);
      REQUIRE(store.stats().slots <= slots);
      REQUIRE(store.stats().sequence == sequence);
      REQUIRE(PatternStore::open(bytesOf(store)).value().size() == model.size());
      REQUIRE(store.size() == model.size());
      for (const auto& [id, entry] : model) {
        const auto kept = store.get(id).value();
        REQUIRE(kept.has_value());
        REQUIRE(std::pair(kept->content, kept->usageCount) == entry);
      }
    }
  }
  REQUIRE(rebuilds >= 5);
}

TEST_CASE("a rebuild says what it waits for, and can be given up", "[rebuild]") {
  PatternStore store = smallStore(smallOptions(kDimension), 60);
  const auto bytes = bytesOf(store);
  const StoreStats before = store.stats();
  REQUIRE_FALSE(store.rebuildProgress().has_value());
  REQUIRE(store.stepRebuild(1).error().code == ErrorCode::invalidState);
  REQUIRE(store.finishRebuild().error().message == "no rebuild is under way");
  REQUIRE(store.beginRebuild());
  REQUIRE(store.beginRebuild().error().code == ErrorCode::invalidState);
  REQUIRE(store.stepRebuild(0).error().message == "maxPatterns is 0, but must be at least 1");
  REQUIRE_FALSE(store.stepRebuild(3).value());
  const RebuildProgress progress = store.rebuildProgress().value();
  REQUIRE((progress.done >= 3 && progress.done < progress.total));
  const Error early = store.finishRebuild().error();
  REQUIRE(early.code == ErrorCode::invalidState);
  REQUIRE(early.message.find("of " + std::to_string(progress.total)) != std::string::npos);
  REQUIRE(store.stats().graphBytes > before.graphBytes);
  REQUIRE(bytesOf(store) == bytes);
  store.cancelRebuild();
  store.cancelRebuild();
  REQUIRE(store.stats().graphBytes == before.graphBytes);
  REQUIRE(store.stats().codeBytes == before.codeBytes);
  REQUIRE(store.stats().recordBytes == before.recordBytes);
  REQUIRE(bytesOf(store) == bytes);

  REQUIRE(store.beginRebuild());
  REQUIRE(store.stage(patternWithId("staged"), smallVector(1, kDimension)));
  REQUIRE_FALSE(store.stepRebuild(1000).value());
  REQUIRE(store.finishRebuild().error().code == ErrorCode::invalidState);
  store.commitStaged();
  REQUIRE(store.stepRebuild(1000).value());
  REQUIRE(store.finishRebuild());
  REQUIRE(store.contains("staged"));

  REQUIRE(store.beginRebuild());
  REQUIRE(store.clear());
  REQUIRE_FALSE(store.rebuildProgress().has_value());
  rebuild(store, 1);  // of nothing
  REQUIRE(store.upsert(patternWithId("a"), smallVector(1, kDimension)));
  REQUIRE(store.size() == 1);
}

TEST_CASE("what changed during a rebuild is taken along in steps, not at its end", "[rebuild]") {
  const auto stepsOf = [](std::size_t removed) {
    PatternStore store = PatternStore::create(smallOptions(kDimension)).value();
    for (std::size_t n = 0; n < 60; ++n) {
      REQUIRE(store.upsert(patternWithId(idOf(n)), smallVector(n, kDimension)));
    }
    REQUIRE(store.beginRebuild());
    REQUIRE(!store.stepRebuild(60).value());
    for (std::size_t n = 0; n < removed; ++n) REQUIRE(store.remove(idOf(n)).value());
    std::size_t steps = 1;
    while (!store.stepRebuild(1).value()) ++steps;
    REQUIRE(store.finishRebuild());
    REQUIRE(store.size() == 60 - removed);
    return steps;
  };
  REQUIRE(stepsOf(40) >= stepsOf(0) + 39);
}

TEST_CASE("a rebuilt index has room for a sixteenth more", "[rebuild]") {
  PatternStore store = smallStore(smallOptions(kDimension), 640);
  rebuild(store, 50);
  const auto before = store.stats();
  const std::size_t spare = store.size() / 16;
  for (std::size_t n = 0; n < spare; ++n) {
    REQUIRE(store.upsert(patternWithId("new" + std::to_string(n)), smallVector(n, kDimension)));
  }
  REQUIRE(store.stats().graphBytes == before.graphBytes);
  REQUIRE(store.stats().codeBytes == before.codeBytes);
}

TEST_CASE("a store that was rebuilt while it shrank takes new patterns", "[rebuild]") {
  PatternStore store = smallStore(smallOptions(kDimension, Metric::dot, Precision::float32), 80);
  REQUIRE(store.beginRebuild());
  for (std::size_t n = 0; n < 80; n += 2) REQUIRE(store.remove(idOf(n)));
  while (!store.stepRebuild(5).value()) {
  }
  REQUIRE(store.finishRebuild());
  for (std::size_t n = 200; n < 400; ++n) {
    REQUIRE(store.upsert(smallPattern(n), smallVector(n, kDimension)));
    REQUIRE(store.embedding(idOf(n)).value() == smallVector(n, kDimension));
  }
  REQUIRE(PatternStore::open(bytesOf(store)).has_value());
}

TEST_CASE("a rebuild may be given up while room is made for it", "[rebuild]") {
  PatternStore store = smallStore(smallOptions(kDimension), 200);
  const auto bytes = bytesOf(store);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(store.beginRebuild());
    REQUIRE(store.stats().count == store.size());
    store.cancelRebuild();
    REQUIRE(bytesOf(store) == bytes);
  }
  REQUIRE(store.beginRebuild());
  while (!store.rebuildProgress().value().prepared) std::this_thread::yield();
  REQUIRE(store.stats().graphBytes > smallStore(smallOptions(kDimension), 200).stats().graphBytes);
  REQUIRE(store.clear());
  REQUIRE_FALSE(store.rebuildProgress().has_value());
  PatternStore gone = smallStore(smallOptions(kDimension), 200);
  REQUIRE(gone.beginRebuild());
}

TEST_CASE("when memory runs out in a rebuild, the store is as it was", "[rebuild]") {
  const auto bytes = bytesOf(smallStore(smallOptions(kDimension), 20));
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const bool failed = runsOut(successes, shortage, [&]() -> Result<void> {
      if (auto begun = store.beginRebuild(); !begun) return begun;
      for (bool done = false; !done;) {
        const Result<bool> stepped = store.stepRebuild(4);
        if (!stepped) return tl::unexpected<Error>(stepped.error());
        done = *stepped;
      }
      return store.finishRebuild();
    });
    if (failed) {
      REQUIRE_FALSE(store.rebuildProgress().has_value());
      REQUIRE(bytesOf(store) == bytes);
    }
    rebuild(store, 3);
    REQUIRE(store.stats().slots == store.size());
    return failed;
  });
}
