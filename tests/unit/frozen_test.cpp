// Snapshots that are written in slices while their store goes on.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "damask/pattern_store.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"

namespace {

using namespace damask;
using damask::testing::kSlowTarget;
using damask::testing::Random;
using damask::testing::smallOptions;
using damask::testing::smallPattern;
using damask::testing::smallStore;
using damask::testing::smallVector;

using Bytes = std::vector<std::byte>;
constexpr std::uint64_t kSeed = 0x66726f7a656e;
constexpr std::uint32_t kDimension = 6;

ByteSink into(Bytes& bytes) {
  return [&bytes](std::span<const std::byte> chunk) -> Result<void> {
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return {};
  };
}

void changeSomething(PatternStore& store, Random& random) {
  const std::size_t number = random.below(400);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      REQUIRE(store.remove(smallPattern(number).id));
      return;
    case 3:
    case 4:
      REQUIRE(store.recordUsage(smallPattern(number).id, Verdict::failure, random.below(1000)));
      return;
    case 5:
      REQUIRE(store.stage(smallPattern(number), smallVector(random.below(900), kDimension)));
      if (random.below(2) == 0) {
        store.commitStaged();
      } else {
        store.discardStaged();
      }
      return;
    case 6:
      if (random.below(20) == 0) REQUIRE(store.clear());
      return;
    case 7:
      if (random.below(4) == 0 && !store.rebuildProgress()) REQUIRE(store.beginRebuild());
      return;
    case 8:
      if (store.rebuildProgress() && store.stepRebuild(1 + random.below(200)).value()) {
        REQUIRE(store.finishRebuild());
      }
      return;
    default:
      REQUIRE(store.upsert(smallPattern(number), smallVector(random.below(900), kDimension)));
  }
}

}  // namespace

TEST_CASE("a snapshot in slices has the bytes of the store as it was, whatever changes meanwhile",
          "[frozen]") {
  struct Case {
    Metric metric;
    Precision precision;
    std::uint32_t indexingThreshold;
  };
  for (const Case c :
       {Case{Metric::cosine, Precision::fixed16, 0}, Case{Metric::euclidean, Precision::float32, 0},
        Case{Metric::dot, Precision::fixed16, 250}}) {
    INFO("seed " << kSeed << ", indexingThreshold " << c.indexingThreshold);
    Random random(kSeed);
    StoreOptions options = smallOptions(kDimension, c.metric, c.precision);
    options.indexingThreshold = c.indexingThreshold;
    // The twin makes the same calls, but for the snapshots.
    PatternStore store = smallStore(options, 200 / kSlowTarget);
    PatternStore twin = smallStore(options, 200 / kSlowTarget);
    Random same(kSeed), again(kSeed);
    for (int round = 0; round < 40 / static_cast<int>(kSlowTarget); ++round) {
      const Bytes expected = store.saveToBytes().value();
      REQUIRE(store.beginSnapshot());
      Bytes written;
      const std::size_t slice = 1 + random.below(3000);
      bool cancelled = false;
      while (!cancelled && !store.stepSnapshot(slice, into(written)).value()) {
        for (std::uint32_t i = random.below(4); i > 0; --i) {
          changeSomething(store, same);
          changeSomething(twin, again);
        }
        // One that is taken in one go meanwhile is of the store as it is.
        if (random.below(10) == 0) {
          REQUIRE(store.saveToBytes().value() == twin.saveToBytes().value());
        }
        cancelled = random.below(400) == 0;
      }
      if (cancelled) {
        store.cancelSnapshot();
      } else {
        REQUIRE(written == expected);
      }
      REQUIRE(store.saveToBytes().value() == twin.saveToBytes().value());
    }
  }
}

TEST_CASE("what a snapshot still needs is erased when it ends", "[frozen]") {
  PatternStore store = smallStore(smallOptions(kDimension), 40);
  const std::string id = smallPattern(1).id;
  REQUIRE(store.contains(id));
  std::string_view text;
  for (auto slot = store.nextSlot(0); text != id; slot = store.nextSlot(*slot + 1)) {
    text = store.idOf(*slot);
  }
  REQUIRE(store.beginSnapshot());
  REQUIRE(store.remove(id));
  REQUIRE(text == id);
  store.cancelSnapshot();
  REQUIRE(text == std::string(id.size(), '\0'));
}

TEST_CASE("snapshots in slices are refused out of turn", "[frozen]") {
  PatternStore store = smallStore(smallOptions(kDimension), 40);
  Bytes bytes;
  const auto codeOf = [](const auto& result) { return result.error().code; };
  REQUIRE(codeOf(store.stepSnapshot(1, into(bytes))) == ErrorCode::invalidState);
  REQUIRE(store.stage(smallPattern(3), smallVector(3, kDimension)));
  REQUIRE(codeOf(store.beginSnapshot()) == ErrorCode::invalidState);
  store.discardStaged();
  REQUIRE(store.beginSnapshot());
  REQUIRE(codeOf(store.beginSnapshot()) == ErrorCode::invalidState);
  REQUIRE(codeOf(store.stepSnapshot(0, into(bytes))) == ErrorCode::invalidArgument);
  const auto full = [](std::span<const std::byte>) -> Result<void> {
    return fail(ErrorCode::io, "full");
  };
  Result<bool> stepped = false;
  while (stepped && !*stepped) stepped = store.stepSnapshot(10000, full);
  REQUIRE(codeOf(stepped) == ErrorCode::io);
  REQUIRE(codeOf(store.stepSnapshot(1, into(bytes))) == ErrorCode::invalidState);
  REQUIRE(store.beginSnapshot());
}
