// PatternStore::open promises to allocate at most twice the file's bytes plus 16 MiB. This opens
// the stores that come nearest to that, and files that claim more than they hold.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "format/counted_memory.hpp"
#include "support/generator.hpp"
#include "support/small_store.hpp"
#include "support/snapshot_builder.hpp"

namespace damask::testing {
namespace {

using Bytes = std::vector<std::byte>;

class Bound {
 public:
  void check(const std::string& name, const Bytes& file, bool accepted) {
    resetPeak();
    const std::size_t before = liveBytes();
    std::string error;
    {
      const auto store = PatternStore::open(file);
      if (store.has_value() != accepted) {
        error = store ? "was accepted" : "was refused: " + store.error().message;
      }
    }
    const std::size_t most = peakBytes() - before;
    const std::size_t left = liveBytes() - before;
    const std::size_t limit = 2 * file.size() + (std::size_t{16} << 20);
    if (most > limit) error = "exceeds the bound";
    if (left > error.capacity() + 1) error = "leaves " + std::to_string(left) + " bytes allocated";
    std::printf("%-34s file %11zu  most %11zu  bound %11zu  %s\n", name.c_str(), file.size(), most,
                limit, error.empty() ? "ok" : error.c_str());
    holds_ = holds_ && error.empty();
  }
  bool holds() const noexcept { return holds_; }

 private:
  bool holds_ = true;
};

StoreOptions leastOptions(std::uint32_t dimension, Precision precision = Precision::fixed16) {
  StoreOptions options;
  options.dimension = dimension;
  options.metric = Metric::euclidean;
  options.precision = precision;
  options.hnsw = {4, 4, 4};
  options.indexingThreshold = 0;
  return options;
}

void insert(PatternStore& store, const Pattern& pattern, std::span<const float> vector) {
  if (const auto stored = store.upsert(pattern, vector); !stored) {
    std::fprintf(stderr, "%s\n", stored.error().message.c_str());
    std::exit(1);
  }
}

// The shortest printable name of that number.
std::string shortName(std::size_t number) {
  std::string name;
  for (; number != 0; number = (number - 1) / 94)
    name += static_cast<char>('!' + (number - 1) % 94);
  return name;
}

// Little in the file for much in memory: one dimension, the fewest links, and three names per
// record that no other record has.
Bytes manyNames(std::size_t count) {
  auto store = *PatternStore::create(leastOptions(1));
  Pattern pattern;
  for (std::size_t i = 0; i < count; ++i) {
    pattern.id = shortName(i + 1);
    pattern.type = shortName(3 * i);
    pattern.domain = shortName(3 * i + 1);
    pattern.framework = shortName(3 * i + 2);
    const float value[] = {static_cast<float>(i % 4096) + 1.0f};
    insert(store, pattern, value);
  }
  return *store.saveToBytes();
}

// The same without names, half of them dead.
Bytes manyDead(std::size_t count) {
  auto store = *PatternStore::create(leastOptions(1, Precision::float32));
  Pattern pattern;
  for (std::size_t i = 0; i < count; ++i) {
    pattern.id = shortName(i % (count / 2) + 1);
    const float value[] = {static_cast<float>(i % 4096) + 1.0f};
    insert(store, pattern, value);
  }
  return *store.saveToBytes();
}

Bytes typical(Precision precision) {
  StoreOptions options;
  options.precision = precision;
  options.hnsw.efConstruction = 32;
  auto store = *PatternStore::create(options);
  const Vectors vectors = clusteredVectors(2000, options.dimension, 1);
  for (std::size_t i = 0; i < vectors.count(); ++i) insert(store, smallPattern(i), vectors[i]);
  return *store.saveToBytes();
}

Bytes withTexts(std::size_t count, std::size_t first, std::size_t second) {
  auto store = *PatternStore::create(leastOptions(1));
  Pattern pattern;
  const float value[] = {1.0f};
  for (std::size_t i = 0; i < count; ++i) {
    pattern.id = shortName(i + 1);
    pattern.content.assign(i % 2 == 0 ? first : second, 'x');
    insert(store, pattern, value);
  }
  return *store.saveToBytes();
}

Bytes withMetadata(std::string metadata) {
  auto store = *PatternStore::create(leastOptions(1));
  Pattern pattern;
  pattern.id = "m";
  pattern.metadata = std::move(metadata);
  const float value[] = {1.0f};
  insert(store, pattern, value);
  return *store.saveToBytes();
}

// Every node on the highest level that there is, without links.
Bytes allOnTop(std::size_t count) {
  auto store = *PatternStore::create(leastOptions(1));
  const float value[] = {1.0f};
  Pattern pattern;
  for (std::size_t i = 0; i < count; ++i) {
    pattern.id = shortName(i + 1);
    insert(store, pattern, value);
  }
  SnapshotParts parts = SnapshotParts::split(*store.saveToBytes());
  std::fill(parts["LEVL"].begin() + 1, parts["LEVL"].end(), std::byte{16});
  parts["LNKU"].assign(1 + 16 * 20 * count, std::byte{0});
  parts["LNKU"][0] = std::byte{1};
  parts.put<std::uint32_t>("META", meta::kMaxLevel, 16);
  return parts.join();
}

void checkClaims(Bound& bound, const Bytes& file) {
  const auto claim = [&](const char* name, std::size_t offset, auto value) {
    SnapshotParts parts = SnapshotParts::split(file);
    parts.put("META", offset, value);
    bound.check(name, parts.join(), false);
  };
  claim("claims 2^24 - 2 slots", meta::kSlots, std::uint64_t{limits::kMaxSlots});
  claim("claims 2^63 slots", meta::kSlots, std::uint64_t{1} << 63);
  claim("claims 4096 dimensions", meta::kDimension, std::uint32_t{4096});
  claim("claims m = 128", meta::kM, std::uint32_t{128});
  claim("claims 2^32 - 1 names", meta::kNames, std::uint32_t{0xffffffff});
  claim("claims 2^64 - 1 bytes of text", meta::kTextBytes, UINT64_MAX);

  // A section of names alone: nothing but the records can vouch for them.
  SnapshotParts parts = SnapshotParts::split(file);
  constexpr std::uint32_t kNames = 1 << 22;
  parts["NAME"].assign(1 + std::size_t{4} * kNames, std::byte{0});
  parts["NAME"][0] = std::byte{1};
  parts.put("META", meta::kNames, kNames);
  bound.check("4 million names without a record", parts.join(), false);
}

int run() {
  Bound bound;
  // Just beyond where the names', or the ids', table doubles.
  for (const std::size_t count : {157300u, 200000u, 236000u}) {
    bound.check(std::to_string(count) + " records, 3 names each", manyNames(count), true);
  }
  bound.check("200000 slots, half dead", manyDead(200000), true);
  bound.check("typical, fixed16", typical(Precision::fixed16), true);
  bound.check("typical, float32", typical(Precision::float32), true);
  constexpr std::size_t kChunk = std::size_t{256} << 10;
  bound.check("texts of half a chunk and more", withTexts(400, kChunk / 2 + 1, kChunk / 2 + 1),
              true);
  bound.check("texts of a chunk and of little", withTexts(400, 8, kChunk - 8), true);
  constexpr std::size_t kMost = limits::kMaxTextBytes;
  bound.check("metadata of one long string",
              withMetadata("{\"a\":\"" + std::string(kMost - 8, 'x') + "\"}"), true);
  bound.check("metadata of deepest nesting",
              withMetadata("{\"a\":" + std::string(kMost / 2 - 4, '[') +
                           std::string(kMost / 2 - 4, ']') + "}"),
              true);
  bound.check("every node on level 16", allOnTop(20000), true);
  checkClaims(bound, typical(Precision::fixed16));
  return bound.holds() ? 0 : 1;
}

}  // namespace
}  // namespace damask::testing

int main() {
  return damask::testing::run();
}
