// What is left in memory and on disk of a removed pattern, and what a store is like after memory
// ran out.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "damask/damask.hpp"
#include "graph/graph.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/slow_target.hpp"
#include "unit/shortage.hpp"

#if !defined(__wasm__)
#include <thread>
#endif

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::failEachAllocation;
using damask::testing::kSlowTarget;
using damask::testing::patternWithId;
using damask::testing::runsOut;
using damask::testing::Shortage;
using damask::testing::slotsOf;
using damask::testing::storeOf;

constexpr std::uint64_t kSeed = 0x6d656d6f7279;

StoreOptions optionsOf(std::uint32_t dimension, Precision precision = Precision::fixed16) {
  StoreOptions options;
  options.dimension = dimension;
  options.precision = precision;
  options.hnsw = {4, 20, 20};
  options.indexingThreshold = 0;
  return options;
}

bool holds(const std::vector<std::byte>& bytes, std::string_view text) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  return std::string_view(begin, bytes.size()).find(text) != std::string_view::npos;
}

// The bytes of one slot's row in a section of fixed row size.
std::string rowOf(const std::vector<std::byte>& snapshot, const char* section, std::size_t slot,
                  std::size_t rowBytes) {
  const SnapshotInfo info = inspectSnapshot(snapshot).value();
  for (const SnapshotSection& s : info.sections) {
    if (s.name != section) continue;
    const auto* begin = reinterpret_cast<const char*>(snapshot.data());
    return std::string(begin + s.offset + 1 + slot * rowBytes, rowBytes);
  }
  return {};
}

Pattern secretPattern(std::string id) {
  Pattern p = patternWithId(std::move(id));
  p.content = "sk-SECRET-CONTENT";
  p.type = "SECRET-TYPE";
  p.domain = "SECRET-DOMAIN";
  p.framework = "SECRET-FRAMEWORK";
  p.metadata = R"({"key": "SECRET-METADATA"})";
  return p;
}
constexpr const char* kSecrets[] = {"SECRET-ID",     "SECRET-CONTENT",   "SECRET-TYPE",
                                    "SECRET-DOMAIN", "SECRET-FRAMEWORK", "SECRET-METADATA"};

// That the store is whole: it saves, what it saved opens, and both find every pattern but one.
void requireWhole(const PatternStore& store, const std::vector<float>& rows, std::size_t count) {
  const auto bytes = store.saveToBytes().value();
  const auto again = PatternStore::open(bytes);
  INFO((again ? "" : again.error().message));
  REQUIRE(again.has_value());
  REQUIRE(again->saveToBytes().value() == bytes);
  REQUIRE(store.size() == count);
  const std::size_t dimension = store.options().dimension;
  SearchOptions options;
  options.k = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const float> row(&rows[i * dimension], dimension);
    options.exact = i % 2 == 0;
    const auto hits = store.search(row, options).value();
    REQUIRE((hits.size() == 1 && hits[0].score == 1.0f));
    REQUIRE(store.get(std::to_string(i)).value().has_value());
  }
}

}  // namespace

TEST_CASE("nothing of a removed or replaced pattern is in a later snapshot but its 4-bit code",
          "[store]") {
  constexpr std::size_t kDimension = 64;
  for (const Precision precision : {Precision::fixed16, Precision::float32}) {
    for (const bool replace : {false, true}) {
      const auto vectors = clusteredVectors(40, kDimension, kSeed);
      PatternStore store = storeOf(optionsOf(kDimension, precision), vectors.values);
      REQUIRE(store.upsert(secretPattern("SECRET-ID"), vectors[7]));
      const auto before = store.saveToBytes().value();
      for (const char* secret : kSecrets) REQUIRE(holds(before, secret));
      const std::size_t slot = 40;
      const std::string low = rowOf(before, "LOWP", slot, kDimension);
      REQUIRE(low != std::string(kDimension, '\0'));

      REQUIRE(store.remove("7").value());  // it has the same vector
      if (replace) {
        REQUIRE(store.upsert(patternWithId("SECRET-ID"), vectors[8]));
      } else {
        REQUIRE(store.remove("SECRET-ID").value());
      }
      const auto after = store.saveToBytes().value();
      for (const char* secret : kSecrets) {
        REQUIRE(holds(after, secret) == (replace && secret == kSecrets[0]));
      }
      REQUIRE(rowOf(after, "LOWP", slot, kDimension) == std::string(kDimension, '\0'));
      REQUIRE(rowOf(after, "RECS", slot, 66) == std::string(66, '\0'));
      REQUIRE_FALSE(holds(after, low));
      if (precision == Precision::float32) {
        const std::string floats = rowOf(before, "F32V", slot, 4 * kDimension);
        REQUIRE_FALSE(holds(after, floats));
      }
      // The top nibbles stay: the graph navigates by them.
      std::string tops = rowOf(before, "HIGH", slot, kDimension);
      for (char& high : tops) high = static_cast<char>((static_cast<signed char>(high) + 8) & ~15);
      REQUIRE(rowOf(after, "HIGH", slot, kDimension) == tops);
    }
  }
}

TEST_CASE("the texts of a removed or replaced pattern are erased in memory", "[store]") {
  for (const bool replace : {false, true}) {
    const auto vectors = clusteredVectors(10, 8, kSeed);
    PatternStore store = storeOf(optionsOf(8), vectors.values);
    const Pattern secret = secretPattern("SECRET-ID");
    REQUIRE(store.upsert(secret, vectors[0]));
    // A record's id, content and metadata lie one after the other, and never move.
    const std::string_view id = store.idOf(10);
    const std::string_view texts(id.data(),
                                 id.size() + secret.content.size() + secret.metadata->size());
    REQUIRE(texts == secret.id + secret.content + *secret.metadata);
    if (replace) {
      REQUIRE(store.upsert(patternWithId("SECRET-ID"), vectors[1]));
    } else {
      REQUIRE(store.remove("SECRET-ID").value());
    }
    REQUIRE(texts == std::string(texts.size(), '\0'));
  }
}

TEST_CASE("a cleared store's snapshot is that of an empty one but for the sequence", "[store]") {
  const auto vectors = clusteredVectors(40, 8, kSeed);
  PatternStore store = storeOf(optionsOf(8), vectors.values);
  REQUIRE(store.upsert(secretPattern("SECRET-ID"), vectors[0]));
  REQUIRE(store.clear());
  const auto bytes = store.saveToBytes().value();
  for (const char* secret : kSecrets) REQUIRE_FALSE(holds(bytes, secret));
  const auto info = inspectSnapshot(bytes).value();
  REQUIRE((info.slots == 0 && info.live == 0 && info.sequence == 42));
  REQUIRE(bytes.size() == storeOf(optionsOf(8), {}).saveToBytes().value().size());
}

TEST_CASE("a store stays whole when memory runs out while a pattern is stored", "[store]") {
  constexpr std::uint32_t kDimension = 6;
  const StoreOptions options = optionsOf(kDimension);
  const auto vectors = clusteredVectors(81, kDimension, kSeed);
  // The slots that raise the top level, the first one, and some that grow the arrays.
  std::vector<std::size_t> sizes = {0, 1, 63, 64};
  for (std::int32_t top = levelOf(options.seed, 0, 4), slot = 1; slot < 80; ++slot) {
    const std::int32_t level = levelOf(options.seed, static_cast<Slot>(slot), 4);
    if (level > top) sizes.push_back(static_cast<std::size_t>(slot));
    top = std::max(top, level);
  }
  REQUIRE(sizes.size() >= 5);
  if (kSlowTarget > 1) sizes = {0, sizes[4]};
  for (const std::size_t size : sizes) {
    INFO(size << " patterns stored, seed " << kSeed);
    const auto bytes =
        storeOf(options, std::span(vectors.values).first(size * kDimension)).saveToBytes().value();
    const Pattern pattern = secretPattern("new");
    failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
      if (!runsOut(successes, shortage, [&] { return store.upsert(pattern, vectors[size]); })) {
        return false;
      }
      REQUIRE_FALSE(store.contains("new"));
      requireWhole(store, vectors.values, size);
      REQUIRE(store.saveToBytes().value() == bytes);
      REQUIRE(store.upsert(patternWithId(std::to_string(size)), vectors[size]));
      requireWhole(store, vectors.values, size + 1);
      return true;
    });
  }
}

TEST_CASE("a replaced pattern stays as it was when memory runs out", "[store]") {
  const auto vectors = clusteredVectors(31, 6, kSeed);
  const auto bytes =
      storeOf(optionsOf(6), std::span(vectors.values).first(30 * 6)).saveToBytes().value();
  const Pattern pattern = secretPattern("3");
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    const auto upsert = [&] { return store.upsert(pattern, vectors[30]); };
    if (!runsOut(successes, shortage, upsert)) return false;
    requireWhole(store, vectors.values, 30);
    REQUIRE(store.get("3").value()->content.empty());
    return true;
  });
}

TEST_CASE("every other member answers that memory ran out, and nothing has changed", "[store]") {
  const auto vectors = clusteredVectors(300 / kSlowTarget, 6, kSeed);
  const auto bytes = storeOf(optionsOf(6), vectors.values).saveToBytes().value();
  SearchOptions walk, scan;
  scan.exact = true;
  scan.domain = "";
  const auto run = [&](const char* name, auto member) {
    INFO(name);
    failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
      const bool failed = runsOut(successes, shortage, [&] { return member(store); });
      if (failed) REQUIRE(store.saveToBytes().value() == bytes);
      return failed;
    });
  };
  run("search", [&](PatternStore& s) { return s.search(vectors[0], walk); });
  run("search", [&](PatternStore& s) { return s.search(vectors[0], scan); });
  run("get", [&](PatternStore& s) { return s.get("5"); });
  run("embedding", [&](PatternStore& s) { return s.embedding("5"); });
  run("saveToBytes", [&](PatternStore& s) { return s.saveToBytes(); });
  run("clear", [&](PatternStore& s) { return s.clear(); });
  run("count", [&](PatternStore& s) { return s.count(scan); });
  run("create", [&](PatternStore&) { return PatternStore::create(optionsOf(6)); });
  run("open", [&](PatternStore&) { return PatternStore::open(bytes); });
  run("inspectSnapshot", [&](PatternStore&) { return inspectSnapshot(bytes); });
}

#if !defined(__wasm__)
TEST_CASE("several threads read one store and get what one thread gets", "[store]") {
  const auto vectors = clusteredVectors(1000 / kSlowTarget, 24, kSeed);
  StoreOptions options = optionsOf(24);
  options.hnsw = {16, 60, 60};
  options.indexingThreshold = 0;
  PatternStore writable = storeOf(options, vectors.values);
  for (std::size_t i = 0; i < vectors.count() / 5; i += 7) {
    REQUIRE(writable.remove(std::to_string(i)).value());
  }
  const PatternStore& store = writable;
  const auto answers = [&] {
    std::vector<SlotHit> all;
    for (std::size_t i = 0; i < 100 / kSlowTarget; ++i) {
      SearchOptions search;
      search.exact = i % 5 == 0;
      if (i % 3 == 0) search.domain = "";
      std::vector<SlotHit> hits(search.k);
      hits.resize(store.searchSlots(vectors[i], search, hits).value_or(0));
      all.insert(all.end(), hits.begin(), hits.end());
      all.push_back({static_cast<std::uint32_t>(store.count(search).value_or(0)), 0});
      const auto pattern = store.get(std::to_string(i)).value();
      const auto embedding = store.embedding(std::to_string(i)).value();
      all.push_back({pattern ? 1u : 0u, embedding ? embedding->front() : 0.0f});
    }
    return all;
  };
  const auto expected = answers();
  REQUIRE(expected.size() > 100 / kSlowTarget * 10);
  std::vector<std::vector<SlotHit>> found(4);
  std::vector<std::thread> threads;
  for (auto& result : found) threads.emplace_back([&] { result = answers(); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : found) {
    REQUIRE(std::equal(
        result.begin(), result.end(), expected.begin(), expected.end(),
        [](const SlotHit& a, const SlotHit& b) { return a.slot == b.slot && a.score == b.score; }));
  }
}
#endif
