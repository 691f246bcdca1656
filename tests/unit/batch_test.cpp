// Batches: nothing of one is seen before it is committed, and then all of it.

#include <catch2/catch.hpp>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
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

constexpr std::uint64_t kSeed = 0x6261746368;
constexpr std::uint32_t kDimension = 12;

Pattern contentOf(std::string id, std::string content) {
  Pattern p = patternWithId(std::move(id));
  p.content = std::move(content);
  return p;
}

std::string idOf(std::size_t number) {
  return std::string("p").append(std::to_string(number));
}

std::vector<std::byte> bytesOf(const PatternStore& store) {
  return store.saveToBytes().value();
}

// A store's answers to everything that could give a staged pattern away.
std::string visible(const PatternStore& store) {
  std::ostringstream seen;
  seen << store.size() << ' ' << store.stats().sequence;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    const auto pattern = store.patternAt(*slot).value();
    seen << ' ' << store.idOf(*slot) << '=' << pattern->content;
  }
  for (std::size_t q = 0; q < 10; ++q) {
    SearchOptions search;
    if (q % 3 == 1) search.domain = "d1";
    // A walk may go other ways through a larger graph, but never to what is not visible.
    for (const SlotHit& hit : slotsOf(store, smallVector(q, kDimension), search)) {
      REQUIRE_FALSE(store.idOf(hit.slot).empty());
    }
    search.exact = true;
    seen << ' ' << store.count(search).value();
    for (const SlotHit& hit : slotsOf(store, smallVector(q, kDimension), search)) {
      seen << ' ' << hit.slot << ':' << hit.score;
    }
  }
  return seen.str();
}

}  // namespace

TEST_CASE("a committed batch leaves the bytes that upserts would have left", "[batch]") {
  Random random(kSeed);
  INFO("seed " << kSeed);
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    const Precision precision = metric == Metric::dot ? Precision::float32 : Precision::fixed16;
    PatternStore batched = smallStore(smallOptions(kDimension, metric, precision), 150);
    PatternStore plain = smallStore(smallOptions(kDimension, metric, precision), 150);
    for (std::size_t batch = 0; batch < 4; ++batch) {
      for (std::size_t n = 0; n < 40; ++n) {
        // New ids, known ones, and some twice in one batch.
        const Pattern pattern = smallPattern(random.below(250));
        const auto vector = smallVector(random.below(1000), kDimension);
        REQUIRE(batched.stage(pattern, vector));
        REQUIRE(plain.upsert(pattern, vector));
        REQUIRE(batched.stagedCount() == n + 1);
      }
      batched.commitStaged();
      REQUIRE(batched.stagedCount() == 0);
      REQUIRE(batched.stats().sequence == plain.stats().sequence);
      REQUIRE(bytesOf(batched) == bytesOf(plain));
    }
  }
}

TEST_CASE("nothing shows what is staged, and a discarded batch leaves no trace", "[batch]") {
  PatternStore store = smallStore(smallOptions(kDimension), 200);
  const std::string before = visible(store);
  for (std::size_t n = 0; n < 60; ++n) {
    REQUIRE(store.stage(contentOf(idOf(3 * n), "SECRET-STAGED"), smallVector(n % 10, kDimension)));
    REQUIRE(visible(store) == before);
  }
  REQUIRE(store.get("p3").value()->content != "SECRET-STAGED");
  store.discardStaged();
  REQUIRE(store.stagedCount() == 0);
  REQUIRE(visible(store) == before);
  const auto bytes = bytesOf(store);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  REQUIRE(text.find("SECRET-STAGED") == std::string_view::npos);
  const auto reopened = PatternStore::open(bytes);
  REQUIRE(reopened.has_value());
  REQUIRE(visible(*reopened) == before);
  store.commitStaged();  // of nothing
  REQUIRE(bytesOf(store) == bytes);
}

TEST_CASE("changes between staging and committing work on what is visible", "[batch]") {
  Random random(kSeed + 1);
  INFO("seed " << kSeed + 1);
  PatternStore store = PatternStore::create(smallOptions(kDimension)).value();
  std::map<std::string, std::string> model;
  std::vector<std::pair<std::string, std::string>> staged;
  for (std::size_t n = 0; n < 3000 / kSlowTarget; ++n) {
    const std::string id = idOf(random.below(80));
    const std::string content = std::to_string(n);
    const std::uint32_t choice = random.below(100);
    if (choice < 30) {
      REQUIRE(store.upsert(contentOf(id, content), smallVector(n, kDimension)));
      model[id] = content;
    } else if (choice < 70) {
      REQUIRE(store.stage(contentOf(id, content), smallVector(n, kDimension)));
      staged.emplace_back(id, content);
    } else if (choice < 88) {
      REQUIRE(store.remove(id).value() == (model.erase(id) == 1));
    } else if (choice < 92) {
      REQUIRE(store.recordUsage(id, std::nullopt, 5).value() == model.contains(id));
    } else if (choice < 97) {
      store.commitStaged();
      for (const auto& [stagedId, stagedContent] : staged) model[stagedId] = stagedContent;
      staged.clear();
    } else {
      store.discardStaged();
      staged.clear();
    }
    REQUIRE(store.stagedCount() == staged.size());
    REQUIRE(store.size() == model.size());
    const auto found = store.get(id).value();
    REQUIRE(found.has_value() == model.contains(id));
    if (found) REQUIRE(found->content == model[id]);
  }
  store.commitStaged();
  for (const auto& [stagedId, stagedContent] : staged) model[stagedId] = stagedContent;
  REQUIRE(PatternStore::open(bytesOf(store)).value().size() == model.size());
  SearchOptions all;
  all.k = 100;
  REQUIRE(slotsOf(store, smallVector(1, kDimension), all).size() == model.size());
}

TEST_CASE("saving and clearing are refused while something is staged", "[batch]") {
  PatternStore store = smallStore(smallOptions(kDimension), 20);
  REQUIRE(store.stage(patternWithId("new"), smallVector(1, kDimension)));
  Pattern bad = patternWithId("");
  REQUIRE(store.stage(bad, smallVector(1, kDimension)).error().code == ErrorCode::invalidArgument);
  REQUIRE(store.stage(patternWithId("x"), std::vector<float>(kDimension)).error().code ==
          ErrorCode::invalidArgument);
  REQUIRE(store.stagedCount() == 1);
  const Error saving = store.saveToBytes().error();
  REQUIRE(saving.code == ErrorCode::invalidState);
  REQUIRE(saving.message ==
          "save is refused with 1 staged: commit or discard what is staged first");
  REQUIRE(store.save([](auto) { return Result<void>(); }).error().code == ErrorCode::invalidState);
  REQUIRE(store.clear().error().code == ErrorCode::invalidState);
  store.commitStaged();
  REQUIRE(store.contains("new"));
  REQUIRE(store.saveToBytes());
  REQUIRE(store.clear());
  REQUIRE(store.size() == 0);
}

TEST_CASE("when memory runs out in a batch, nothing of it is seen, and it can be discarded",
          "[batch]") {
  const auto bytes = bytesOf(smallStore(smallOptions(kDimension), 25));
  const std::string before = visible(PatternStore::open(bytes).value());
  std::vector<Pattern> patterns;
  std::vector<std::vector<float>> vectors;
  for (std::size_t n = 20; n < 26; ++n) {
    patterns.push_back(smallPattern(n));
    vectors.push_back(smallVector(500 + n, kDimension));
  }
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const bool failed = runsOut(successes, shortage, [&] {
      Result<void> staged;
      for (std::size_t n = 0; n < patterns.size() && staged; ++n) {
        staged = store.stage(patterns[n], vectors[n]);
      }
      return staged;
    });
    REQUIRE(visible(store) == before);
    if (!failed) {
      // Room was made while staging: committing allocates nothing.
      const FailingNew failing(0, Shortage::lasting);
      store.commitStaged();
      return false;
    }
    store.discardStaged();
    REQUIRE(visible(store) == before);
    REQUIRE(visible(PatternStore::open(bytesOf(store)).value()) == before);
    return true;
  });
}
