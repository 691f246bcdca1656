// What save() writes, open() reads back: the same store, to the byte.

#include <catch2/catch.hpp>
#include <set>

#include "support/small_store.hpp"
#include "support/snapshot_builder.hpp"

namespace damask::testing {
namespace {

using Bytes = std::vector<std::byte>;

Bytes saved(const PatternStore& store) {
  auto bytes = store.saveToBytes();
  REQUIRE(bytes);
  return *bytes;
}

PatternStore opened(const Bytes& bytes) {
  auto store = PatternStore::open(bytes);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  return std::move(*store);
}

void requireSamePattern(const Pattern& a, const Pattern& b) {
  REQUIRE(a.id == b.id);
  REQUIRE(a.type == b.type);
  REQUIRE(a.domain == b.domain);
  REQUIRE(a.content == b.content);
  REQUIRE(a.framework == b.framework);
  REQUIRE(a.coverage == b.coverage);
  REQUIRE(a.flakinessScore == b.flakinessScore);
  REQUIRE(a.verdict == b.verdict);
  REQUIRE(a.createdAt == b.createdAt);
  REQUIRE(a.lastUsed == b.lastUsed);
  REQUIRE(a.usageCount == b.usageCount);
  REQUIRE(a.metadata == b.metadata);
}

void requireSameStore(const PatternStore& a, const PatternStore& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(a.stats().slots == b.stats().slots);
  REQUIRE(a.stats().sequence == b.stats().sequence);
  REQUIRE(a.stats().maxLevel == b.stats().maxLevel);
  for (std::uint32_t slot = 0; slot < a.stats().slots; ++slot) {
    const auto left = a.patternAt(slot);
    const auto right = b.patternAt(slot);
    REQUIRE((left && right));
    REQUIRE(left->has_value() == right->has_value());
    if (!*left) continue;
    requireSamePattern(**left, **right);
    REQUIRE(**a.embeddingAt(slot) == **b.embeddingAt(slot));
    REQUIRE(b.contains((*left)->id));
  }
  SearchOptions search;
  search.k = 5;
  for (std::size_t q = 0; q < 5; ++q) {
    const auto query = smallVector(5000 + q, a.options().dimension);
    const auto left = a.search(query, search);
    const auto right = b.search(query, search);
    REQUIRE((left && right));
    REQUIRE(left->size() == right->size());
    for (std::size_t i = 0; i < left->size(); ++i) {
      REQUIRE((*left)[i].id == (*right)[i].id);
      REQUIRE((*left)[i].score == (*right)[i].score);
    }
  }
}

// Saves, opens, compares, and continues both the old store and the reopened one.
void requireRoundTrip(PatternStore store, std::size_t next) {
  const Bytes bytes = saved(store);
  PatternStore again = opened(bytes);
  requireSameStore(store, again);
  REQUIRE(saved(again) == bytes);
  fillSmall(store, next, next + 12);
  fillSmall(again, next, next + 12);
  requireSameStore(store, again);
  REQUIRE(saved(again) == saved(store));
}

TEST_CASE("a saved store comes back, and goes on as if it had never left", "[snapshot]") {
  const auto metric = GENERATE(Metric::cosine, Metric::euclidean, Metric::dot);
  const auto precision = GENERATE(Precision::fixed16, Precision::float32);
  CAPTURE(metricName(metric), precisionName(precision));
  for (const std::uint32_t dimension : {1u, 2u, 3u, 5u, 17u, 64u, 65u}) {
    CAPTURE(dimension);
    requireRoundTrip(smallStore(smallOptions(dimension, metric, precision), 40), 40);
  }
}

TEST_CASE("stores of every size come back", "[snapshot]") {
  const auto precision = GENERATE(Precision::fixed16, Precision::float32);
  for (const std::size_t count : {0u, 1u, 2u, 63u, 64u, 65u, 129u}) {
    CAPTURE(count);
    requireRoundTrip(smallStore(smallOptions(4, Metric::cosine, precision), count), count);
  }
}

TEST_CASE("the fewest and the most links come back", "[snapshot]") {
  for (const std::uint32_t m : {limits::kMinM, limits::kMaxM}) {
    StoreOptions options = smallOptions(3);
    options.hnsw = {m, m, 20};
    options.indexingThreshold = 0;
    requireRoundTrip(smallStore(options, 300), 300);
  }
}

TEST_CASE("a store of which everything was deleted comes back", "[snapshot]") {
  PatternStore store = smallStore(smallOptions(4, Metric::dot, Precision::float32), 20);
  for (std::size_t i = 0; i < 20; ++i) REQUIRE(store.remove(smallPattern(i).id));
  REQUIRE(store.size() == 0);
  REQUIRE(store.stats().slots == 22);
  requireRoundTrip(std::move(store), 20);
}

TEST_CASE("a cleared store comes back with its sequence", "[snapshot]") {
  PatternStore store = smallStore(smallOptions(4), 20);
  const auto sequence = store.stats().sequence;
  REQUIRE(store.clear());
  const PatternStore again = opened(saved(store));
  REQUIRE(again.stats().sequence == sequence + 1);
  REQUIRE(again.stats().slots == 0);
}

TEST_CASE("the zero vector and the largest numbers come back", "[snapshot]") {
  const auto metric = GENERATE(Metric::euclidean, Metric::dot, Metric::cosine);
  const auto precision = GENERATE(Precision::fixed16, Precision::float32);
  auto store = PatternStore::create(smallOptions(2, metric, precision));
  REQUIRE(store);
  const bool cosine = metric == Metric::cosine;
  const float small = cosine ? 1.4e-45f : limits::kMinMagnitude;
  const float large = cosine ? 3.4028235e38f : limits::kMaxMagnitude;
  const std::vector<std::vector<float>> vectors = {{small, 0},      {-small, small}, {large, 0},
                                                   {-large, large}, {-0.0f, large},  {1, 1e-30f}};
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    REQUIRE(store->upsert(smallPattern(i), vectors[i]));
  }
  if (!cosine) REQUIRE(store->upsert(smallPattern(99), std::vector<float>{0, -0.0f}));
  const Bytes bytes = saved(*store);
  const PatternStore again = opened(bytes);
  REQUIRE(saved(again) == bytes);
  for (std::uint32_t slot = 0; slot < again.stats().slots; ++slot) {
    REQUIRE(**again.embeddingAt(slot) == **store->embeddingAt(slot));
  }
}

TEST_CASE("names that only dead patterns had are gone from the file", "[snapshot]") {
  PatternStore a = smallStore(smallOptions(4), 3);
  Pattern other = smallPattern(0);
  other.type = "a type of its own";
  REQUIRE(a.upsert(other, smallVector(1, 4)));
  REQUIRE(a.remove(other.id));
  SnapshotParts parts = SnapshotParts::split(saved(a));
  const auto& names = parts["NAME"];
  const std::string text(reinterpret_cast<const char*>(names.data()), names.size());
  REQUIRE(text.find("of its own") == std::string::npos);
  requireRoundTrip(std::move(a), 3);
}

TEST_CASE("a removed pattern's texts and vector are not in the file", "[snapshot]") {
  PatternStore store = smallStore(smallOptions(8, Metric::cosine, Precision::float32), 12);
  Pattern secret = smallPattern(50);
  secret.content = "the secret";
  const auto vector = smallVector(50, 8);
  REQUIRE(store.upsert(secret, vector));
  const auto contains = [](const Bytes& bytes, const void* what, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(what);
    return std::search(bytes.begin(), bytes.end(), begin, begin + size) != bytes.end();
  };
  REQUIRE(contains(saved(store), secret.content.data(), secret.content.size()));
  REQUIRE(contains(saved(store), vector.data(), vector.size() * sizeof(float)));
  REQUIRE(store.remove(secret.id));
  REQUIRE_FALSE(contains(saved(store), secret.content.data(), secret.content.size()));
  REQUIRE_FALSE(contains(saved(store), vector.data(), 2 * sizeof(float)));
}

TEST_CASE("save hands over the whole file in chunks of at most 1 MiB", "[snapshot]") {
  PatternStore store = smallStore(smallOptions(4), 6);
  Pattern large = smallPattern(7);
  large.content.assign(std::size_t{5} << 19, 'x');
  REQUIRE(store.upsert(large, smallVector(7, 4)));
  Bytes all;
  std::size_t chunks = 0;
  REQUIRE(store.save([&](std::span<const std::byte> chunk) -> Result<void> {
    REQUIRE(chunk.size() >= 1);
    REQUIRE(chunk.size() <= std::size_t{1} << 20);
    all.insert(all.end(), chunk.begin(), chunk.end());
    ++chunks;
    return {};
  }));
  REQUIRE(chunks >= 3);
  REQUIRE(all == saved(store));
}

TEST_CASE("a sink that fails ends the save with its own error", "[snapshot]") {
  PatternStore store = smallStore(smallOptions(4), 6);
  Pattern large = smallPattern(7);
  large.content.assign(std::size_t{5} << 19, 'x');
  REQUIRE(store.upsert(large, smallVector(7, 4)));
  const Bytes before = saved(store);
  for (std::size_t failing = 0; failing < 4; ++failing) {
    std::size_t calls = 0;
    const auto result = store.save([&](std::span<const std::byte>) -> Result<void> {
      if (calls++ == failing) return fail(ErrorCode::io, "disk full");
      return {};
    });
    REQUIRE_FALSE(result);
    REQUIRE(result.error().code == ErrorCode::io);
    REQUIRE(result.error().message == "disk full");
    REQUIRE(calls == failing + 1);
  }
  REQUIRE(saved(store) == before);
}

TEST_CASE("a snapshot says what it is without being opened", "[snapshot]") {
  const auto precision = GENERATE(Precision::fixed16, Precision::float32);
  const PatternStore store = smallStore(smallOptions(5, Metric::euclidean, precision), 30);
  const Bytes bytes = saved(store);
  const auto info = inspectSnapshot(bytes);
  REQUIRE(info);
  CHECK(info->formatVersion == 1);
  CHECK(info->fileBytes == bytes.size());
  CHECK(info->options.dimension == 5);
  CHECK(info->options.metric == Metric::euclidean);
  CHECK(info->options.precision == precision);
  CHECK(info->options.hnsw.m == 4);
  CHECK(info->options.hnsw.efConstruction == 16);
  CHECK(info->options.hnsw.efSearch == 8);
  CHECK(info->options.seed == 7);
  CHECK(info->slots == store.stats().slots);
  CHECK(info->live == store.size());
  CHECK(info->sequence == store.stats().sequence);
  CHECK(info->contentHash.size() == 32);
  std::vector<std::string> names;
  std::uint64_t end = 24 + 32 * info->sections.size() + 8;
  for (const SnapshotSection& section : info->sections) {
    names.push_back(section.name);
    CHECK(section.offset == end);
    end += section.length;
  }
  CHECK(end == bytes.size());
  std::vector<std::string> expected = {"META", "FLDS", "HIGH", "LOWP", "FACT", "LEVL",
                                       "LNK0", "LNKU", "LIVE", "RECS", "NAME", "TEXT"};
  if (precision == Precision::float32) expected.push_back("F32V");
  CHECK(names == expected);
}

TEST_CASE("equal stores have one hash, and any difference another", "[snapshot]") {
  const auto hashOf = [](const PatternStore& store) {
    const auto info = inspectSnapshot(saved(store));
    REQUIRE(info);
    return info->contentHash;
  };
  const StoreOptions options = smallOptions(4, Metric::cosine, Precision::float32);
  const PatternStore reference = smallStore(options, 12);
  REQUIRE(hashOf(reference) == hashOf(smallStore(options, 12)));

  std::set<std::string> hashes = {hashOf(reference)};
  const auto differs = [&](const PatternStore& store) {
    REQUIRE(hashes.insert(hashOf(store)).second);
  };
  differs(smallStore(options, 11));
  StoreOptions other = options;
  other.seed = 8;
  differs(smallStore(other, 12));
  other = options;
  other.hnsw.efSearch = 9;
  differs(smallStore(other, 12));
  PatternStore changed = smallStore(options, 12);
  REQUIRE(changed.recordUsage("p1", std::nullopt, 5));
  differs(changed);
  PatternStore removed = smallStore(options, 12);
  REQUIRE(removed.remove("p1"));
  differs(removed);
}

TEST_CASE("the test's own builder puts together what it took apart", "[snapshot]") {
  const Bytes bytes = saved(smallStore(smallOptions(3, Metric::dot, Precision::float32), 9));
  REQUIRE(SnapshotParts::split(bytes).join() == bytes);
}

}  // namespace
}  // namespace damask::testing
