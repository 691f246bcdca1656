// The life of a pattern: stored, read, replaced, used, removed; and what is left of it.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::patternWithId;
using damask::testing::slotsOf;
using Floats = std::vector<float>;

constexpr std::uint64_t kSeed = 0x73746f7265;

StoreOptions smallOptions() {
  StoreOptions options;
  options.dimension = 4;
  options.hnsw = {8, 40, 50};
  options.indexingThreshold = 0;
  return options;
}

PatternStore emptyStore(const StoreOptions& options = smallOptions()) {
  auto store = PatternStore::create(options);
  REQUIRE(store.has_value());
  return std::move(*store);
}

PatternStore reopened(const PatternStore& store) {
  const auto bytes = store.saveToBytes();
  REQUIRE(bytes.has_value());
  auto again = PatternStore::open(*bytes);
  INFO((again ? "" : again.error().message));
  REQUIRE(again.has_value());
  return std::move(*again);
}

Pattern fullPattern(std::string id) {
  Pattern p;
  p.id = std::move(id);
  p.type = "unit";
  p.domain = "payments";
  p.content = "given an expired card\nwhen it is charged\nthen it is refused";
  p.framework = "vitest";
  p.coverage = 87.5;
  p.flakinessScore = 0.02;
  p.verdict = Verdict::flaky;
  p.createdAt = 1700000000000;
  p.lastUsed = -5;
  p.usageCount = 7;
  p.metadata = R"({"a": [1, {"b": null}], "c": "\u00e9"})";
  return p;
}

void requireSame(const Pattern& a, const Pattern& b) {
  CHECK(a.id == b.id);
  CHECK(a.type == b.type);
  CHECK(a.domain == b.domain);
  CHECK(a.content == b.content);
  CHECK(a.framework == b.framework);
  CHECK(a.coverage == b.coverage);
  CHECK(a.flakinessScore == b.flakinessScore);
  CHECK(a.verdict == b.verdict);
  CHECK(a.createdAt == b.createdAt);
  CHECK(a.lastUsed == b.lastUsed);
  CHECK(a.usageCount == b.usageCount);
  REQUIRE(a.metadata == b.metadata);
}

Pattern stored(const PatternStore& store, std::string_view id) {
  const auto pattern = store.get(id);
  REQUIRE(pattern.has_value());
  REQUIRE(pattern->has_value());
  return **pattern;
}

bool isStored(const PatternStore& store, std::string_view id) {
  const auto pattern = store.get(id);
  const auto embedding = store.embedding(id);
  REQUIRE((pattern.has_value() && embedding.has_value()));
  REQUIRE(pattern->has_value() == store.contains(id));
  REQUIRE(embedding->has_value() == store.contains(id));
  return store.contains(id);
}

// Stores it, and reads it back from this store and from a reopened one.
void requireKept(const Pattern& pattern) {
  PatternStore store = emptyStore();
  const auto done = store.upsert(pattern, Floats{1, 2, 3, 4});
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  requireSame(stored(store, pattern.id), pattern);
  requireSame(stored(reopened(store), pattern.id), pattern);
}

}  // namespace

TEST_CASE("every field comes back, from this store and from a reopened one", "[store]") {
  requireKept(fullPattern("login-1"));
  requireKept(patternWithId("x"));
}

TEST_CASE("an absent field is not an empty one", "[store]") {
  Pattern p = patternWithId("x");
  p.framework = "";
  p.coverage = 0.0;
  p.flakinessScore = -0.0;
  p.createdAt = 0;
  p.lastUsed = 0;
  p.metadata = "{}";
  requireKept(p);
  REQUIRE_FALSE(std::signbit(*p.coverage));
  PatternStore store = emptyStore();
  REQUIRE(store.upsert(p, Floats{1, 0, 0, 0}));
  REQUIRE(std::signbit(*stored(reopened(store), "x").flakinessScore));
}

TEST_CASE("numbers keep their extremes", "[store]") {
  for (const bool largest : {true, false}) {
    Pattern p = patternWithId("x");
    const auto time = largest ? std::numeric_limits<std::int64_t>::max()
                              : std::numeric_limits<std::int64_t>::min();
    p.createdAt = p.lastUsed = time;
    p.usageCount = largest ? std::numeric_limits<std::uint64_t>::max() : 0;
    p.coverage = largest ? std::numeric_limits<double>::max() : -1e-320;
    p.flakinessScore = largest ? std::numeric_limits<double>::lowest() : 5e-324;
    requireKept(p);
  }
}

TEST_CASE("texts are kept byte for byte", "[store]") {
  const std::string texts[] = {
      "",
      std::string("\0", 1),
      std::string("a\0b\xC3\xA9\0", 6),
      "\xE6\xB8\xAC\xE8\xA9\xA6 \xF0\x9F\xA7\xAA \xD7\x91\xD7\x93\xD7\x99\xD7\xA7\xD7\x94",
      "e\xCC\x81 is not \xC3\xA9",  // nothing is normalised
      "\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xEF\xBB\xBF",
      "line\r\nline\ttab\x7F\x01",
      std::string(1024, 'n'),
  };
  for (const std::string& text : texts) {
    Pattern p = patternWithId(text.empty() ? "id" : text);
    p.type = p.domain = p.content = text;
    p.framework = text;
    requireKept(p);
  }
}

TEST_CASE("ids that differ in one byte are different patterns", "[store]") {
  PatternStore store = emptyStore();
  const std::vector<std::string> ids = {"a",
                                        "A",
                                        "a ",
                                        "aa",
                                        std::string("a\0", 2),
                                        "\xC3\xA9",
                                        "e\xCC\x81",
                                        std::string(1024, 'a'),
                                        std::string(1023, 'a') + "b",
                                        std::string(1023, 'a')};
  for (const std::string& id : ids) {
    Pattern p = patternWithId(id);
    p.content = "of " + id;
    REQUIRE(store.upsert(p, Floats{1, 2, 3, 4}));
  }
  REQUIRE(store.size() == ids.size());
  for (const std::string& id : ids) REQUIRE(stored(store, id).content == "of " + id);
  for (const char* id : {"", "b", "aaa"}) REQUIRE_FALSE(isStored(store, id));
  for (const std::string& id : ids) REQUIRE(store.remove(id).value());
  REQUIRE(store.size() == 0);
}

TEST_CASE("the largest texts are kept", "[store]") {
  Pattern p = patternWithId(std::string(limits::kMaxNameBytes, 'i'));
  p.type = p.domain = std::string(limits::kMaxNameBytes, 't');
  p.framework = std::string(limits::kMaxNameBytes, 'f');
  p.content = std::string(limits::kMaxTextBytes, 'c');
  p.content.replace(p.content.size() - 2, 2, "\xC3\xA9");
  p.metadata = "{\"k\":\"" + std::string(limits::kMaxTextBytes - 8, 'm') + "\"}";
  REQUIRE(p.metadata->size() == limits::kMaxTextBytes);
  requireKept(p);
}

TEST_CASE("float32 precision gives the bits back, fixed16 about 1.5e-5 of the largest", "[store]") {
  const Floats v = {-0.0f, 1e-40f, -3.14159274f, 0.000123456f, 3.0e-5f, 2.0f, 1.0f / 3.0f, -1e-9f};
  for (const Precision precision : {Precision::float32, Precision::fixed16}) {
    StoreOptions options = smallOptions();
    options.dimension = static_cast<std::uint32_t>(v.size());
    options.precision = precision;
    PatternStore store = emptyStore(options);
    REQUIRE(store.upsert(patternWithId("x"), v));
    const PatternStore again = reopened(store);
    for (const PatternStore* s : {&std::as_const(store), &again}) {
      const auto back = s->embedding("x").value().value();
      REQUIRE(back.size() == v.size());
      REQUIRE(s->embeddingAt(0).value().value() == back);
      if (precision == Precision::float32) {
        REQUIRE(std::memcmp(back.data(), v.data(), v.size() * sizeof(float)) == 0);
      } else {
        for (std::size_t i = 0; i < v.size(); ++i) {
          REQUIRE(std::abs(back[i] - v[i]) <= 1.55e-5f * 3.14159274f);
        }
      }
    }
  }
}

TEST_CASE("an upsert of a known id replaces every field and the vector", "[store]") {
  PatternStore store = emptyStore();
  REQUIRE(store.upsert(fullPattern("a"), Floats{1, 0, 0, 0}));
  REQUIRE(store.upsert(fullPattern("b"), Floats{0, 1, 0, 0}));
  Pattern next = patternWithId("a");
  next.content = "new";
  REQUIRE(store.upsert(next, Floats{0, 0, 1, 0}));
  REQUIRE(store.size() == 2);
  requireSame(stored(store, "a"), next);
  requireSame(stored(store, "b"), fullPattern("b"));
  REQUIRE(store.embedding("a").value().value() == Floats{0, 0, 1, 0});
  REQUIRE(store.stats().slots == 3);

  const auto hits = store.search(Floats{1, 0, 0, 0}, {}).value();
  REQUIRE(hits.size() == 2);  // each id once, and the vector of old is no hit
  REQUIRE(std::set<std::string>{hits[0].id, hits[1].id} == std::set<std::string>{"a", "b"});
  for (const SearchHit& hit : hits) REQUIRE(std::abs(hit.score) < 1e-6f);
}

TEST_CASE("a removed pattern is gone, and its id is free again", "[store]") {
  PatternStore store = emptyStore();
  REQUIRE(store.upsert(fullPattern("a"), Floats{1, 0, 0, 0}));
  REQUIRE(store.upsert(fullPattern("b"), Floats{0, 1, 0, 0}));
  REQUIRE_FALSE(store.remove("c").value());
  REQUIRE_FALSE(store.remove("").value());
  REQUIRE_FALSE(store.remove(std::string(5000, 'x')).value());
  REQUIRE(store.remove("a").value());
  REQUIRE_FALSE(store.remove("a").value());
  REQUIRE_FALSE(isStored(store, "a"));
  REQUIRE_FALSE(store.recordUsage("a", Verdict::success, 1).value());
  REQUIRE(store.size() == 1);
  REQUIRE(store.search(Floats{1, 0, 0, 0}, {}).value().size() == 1);
  REQUIRE(store.upsert(patternWithId("a"), Floats{0, 0, 0, 1}));
  requireSame(stored(store, "a"), patternWithId("a"));
  REQUIRE(store.size() == 2);
}

TEST_CASE("an id that the store itself holds can be passed to it", "[store]") {
  PatternStore store = emptyStore();
  REQUIRE(store.upsert(fullPattern("a"), Floats{1, 0, 0, 0}));
  REQUIRE(store.recordUsage(store.idOf(0), std::nullopt, 3).value());
  REQUIRE(store.remove(store.idOf(0)).value());
  REQUIRE(store.size() == 0);
}

TEST_CASE("a use is counted, with its time and its outcome when there is one", "[store]") {
  PatternStore store = emptyStore();
  REQUIRE(store.upsert(patternWithId("a"), Floats{1, 0, 0, 0}));
  REQUIRE(store.recordUsage("a", std::nullopt, 100).value());
  REQUIRE(stored(store, "a").usageCount == 1);
  REQUIRE(stored(store, "a").lastUsed == 100);
  REQUIRE(stored(store, "a").verdict == std::nullopt);
  REQUIRE(store.recordUsage("a", Verdict::failure, 50).value());
  REQUIRE(stored(store, "a").verdict == Verdict::failure);
  REQUIRE(stored(store, "a").lastUsed == 50);
  REQUIRE(store.recordUsage("a", std::nullopt, 60).value());
  Pattern expected = patternWithId("a");
  expected.usageCount = 3;
  expected.lastUsed = 60;
  expected.verdict = Verdict::failure;
  requireSame(stored(store, "a"), expected);
  requireSame(stored(reopened(store), "a"), expected);
  REQUIRE_FALSE(store.recordUsage("b", Verdict::success, 1).value());
  REQUIRE(store.stats().sequence == 4);
}

TEST_CASE("clearing leaves an empty store of the same options that works on", "[store]") {
  PatternStore store = emptyStore();
  for (int i = 0; i < 100; ++i) {
    REQUIRE(store.upsert(fullPattern(std::to_string(i)), Floats{1, static_cast<float>(i), 0, 0}));
  }
  const auto sequence = store.stats().sequence;
  REQUIRE(store.clear());
  REQUIRE(store.size() == 0);
  REQUIRE(store.stats().slots == 0);
  REQUIRE(store.stats().sequence == sequence + 1);
  REQUIRE(store.options().dimension == 4);
  REQUIRE(store.search(Floats{1, 0, 0, 0}, {}).value().empty());
  REQUIRE(store.nextSlot(0) == std::nullopt);
  REQUIRE_FALSE(isStored(store, "5"));
  REQUIRE(store.upsert(fullPattern("5"), Floats{0, 0, 0, 1}));
  REQUIRE(reopened(store).search(Floats{0, 0, 0, 1}, {}).value()[0].id == "5");
}

TEST_CASE("live slots are walked in order of insertion", "[store]") {
  PatternStore store = emptyStore();
  REQUIRE(store.nextSlot(0) == std::nullopt);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(store.upsert(patternWithId(std::to_string(i)), Floats{1, static_cast<float>(i), 0, 0}));
  }
  for (int i = 0; i < 200; i += 3) REQUIRE(store.remove(std::to_string(i)).value());
  std::vector<std::string> ids, expected;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    ids.emplace_back(store.idOf(*slot));
    REQUIRE(store.patternAt(*slot).value().value().id == ids.back());
    REQUIRE(store.embeddingAt(*slot).value().value() == store.embedding(ids.back()).value());
  }
  for (int i = 0; i < 200; ++i) {
    if (i % 3 != 0) expected.push_back(std::to_string(i));
  }
  REQUIRE(ids == expected);
  for (const std::uint32_t slot : {0u, 3u, 200u, 0x7fffffffu, 0xffffffffu}) {
    REQUIRE(store.idOf(slot).empty());
    REQUIRE(store.patternAt(slot).value() == std::nullopt);
    REQUIRE(store.embeddingAt(slot).value() == std::nullopt);
  }
  REQUIRE(store.nextSlot(200) == std::nullopt);
  REQUIRE(store.nextSlot(0xffffffffu) == std::nullopt);
}

TEST_CASE("a store moves without losing anything", "[store]") {
  PatternStore first = emptyStore();
  REQUIRE(first.upsert(fullPattern("a"), Floats{1, 0, 0, 0}));
  const auto bytes = first.saveToBytes().value();
  PatternStore second = std::move(first);
  REQUIRE(second.saveToBytes().value() == bytes);
  PatternStore third = emptyStore();
  REQUIRE(third.upsert(fullPattern("z"), Floats{0, 1, 0, 0}));
  third = std::move(second);
  REQUIRE(third.saveToBytes().value() == bytes);
  REQUIRE_FALSE(isStored(third, "z"));
  REQUIRE(third.upsert(fullPattern("b"), Floats{0, 0, 1, 0}));
  std::vector<PatternStore> stores;
  for (int i = 0; i < 5; ++i) stores.push_back(emptyStore());
  stores.push_back(std::move(third));
  REQUIRE(stores.back().size() == 2);
  REQUIRE(stores.back().search(Floats{0, 0, 1, 0}, {}).value()[0].id == "b");
}

TEST_CASE("the figures of a store are those of what was done", "[store]") {
  StoreOptions options = smallOptions();
  options.dimension = 16;
  PatternStore store = emptyStore(options);
  const StoreStats before = store.stats();
  REQUIRE((before.count == 0 && before.slots == 0 && before.sequence == 0));
  REQUIRE(before.maxLevel == -1);
  REQUIRE(before.instructionSet == activeInstructionSet().value());
  const auto vectors = clusteredVectors(300, 16, kSeed);
  for (std::size_t i = 0; i < 300; ++i) {
    Pattern p = patternWithId(std::to_string(i % 250));
    p.content = std::string(1000, 'c');
    REQUIRE(store.upsert(p, vectors[i]));
  }
  for (int i = 0; i < 30; ++i) REQUIRE(store.remove(std::to_string(i)).value());
  const StoreStats after = store.stats();
  REQUIRE(after.count == 220);
  REQUIRE(after.slots == 300);
  REQUIRE(after.sequence == 330);
  REQUIRE(after.maxLevel >= 1);
  REQUIRE(after.graphBytes >= before.graphBytes + 300 * (16 + 4 * 17));
  REQUIRE(after.codeBytes >= 300 * (16 + 16));
  REQUIRE(after.recordBytes >= 300 * 1000);
  const StoreStats again = reopened(store).stats();
  REQUIRE((again.count == 220 && again.slots == 300 && again.sequence == 330));
  REQUIRE(again.maxLevel == after.maxLevel);
  REQUIRE(again.recordBytes < after.recordBytes);  // the texts of 80 dead slots are left behind
}
