// Files with right checksums and wrong content: refused with the section and the place, or safe.
// Here: the section table, META, and names and ids made to collide.

#include "unit/hostile.hpp"

#include <xxhash.h>

#include "store/name_table.hpp"

namespace damask::testing {
namespace {

TEST_CASE("the valid store is usable", "[hostile]") {
  requireUsable(validParts());
}

TEST_CASE("a section table with other sections is refused", "[hostile]") {
  const auto refusedTable = [](const std::function<void(std::vector<SnapshotParts::Part>&)>& patch,
                               const std::string& message) {
    SnapshotParts parts = validParts();
    patch(parts.parts);
    requireRefused(parts.join(), message);
  };
  using Parts = std::vector<SnapshotParts::Part>;
  for (std::size_t i = 0; i + 1 < validParts().parts.size(); ++i) {
    refusedTable([i](Parts& p) { std::swap(p[i], p[i + 1]); }, "does not belong there");
    refusedTable([i](Parts& p) { std::swap(p[i].name, p[i + 1].name); }, "does not belong there");
    refusedTable([i](Parts& p) { p.erase(p.begin() + static_cast<std::ptrdiff_t>(i)); },
                 "does not belong there");
    refusedTable([i](Parts& p) { p[i].name = "ABCD"; }, "ABCD");
    refusedTable([i](Parts& p) { p[i].bytes.clear(); }, "section " + validParts().parts[i].name);
    refusedTable([i](Parts& p) { p[i].bytes[0] = std::byte{0}; },
                 "section " + validParts().parts[i].name + ": is not a little-endian archive");
    refusedTable([i](Parts& p) { p[i].bytes[0] = std::byte{2}; },
                 "section " + validParts().parts[i].name + ": is not a little-endian archive");
  }
  refusedTable([](Parts& p) { p.pop_back(); }, "12 sections");
  refusedTable([](Parts& p) { p.resize(1); }, "1 sections");
  refusedTable([](Parts& p) { p.clear(); }, "0 sections");
  refusedTable([](Parts& p) { p.resize(17, p.back()); }, "17 sections");
  refusedTable([](Parts& p) { p.push_back(p.back()); }, "does not belong there");
  // The names behind the last known one must not be looked up.
  for (const std::size_t count : {14u, 16u}) {
    const SnapshotParts::Part nameless{std::string(4, '\0'), {}};
    refusedTable([&](Parts& p) { p.resize(count, nameless); }, "does not belong there");
    const SnapshotParts::Part archive{std::string(4, '\0'), {std::byte{1}}};
    refusedTable([&](Parts& p) { p.resize(count, archive); }, "does not belong there");
  }
}

TEST_CASE("a table that does not lie on the file is refused", "[hostile]") {
  const auto file = validParts().join();
  const auto refusedAt = [&](std::size_t offset, std::uint64_t value, const std::string& message) {
    CAPTURE(offset, value);
    auto bytes = file;
    std::memcpy(&bytes[offset], &value, sizeof value);
    resealHeader(bytes);
    requireRefused(bytes, message);
  };
  constexpr std::size_t kFirst = 24 + 8, kSecond = kFirst + 32, kLast = kFirst + 11 * 32;
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{file.size()},
                                    std::uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 70}) {
    refusedAt(kFirst, value, "section META");
    refusedAt(kSecond, value, "section FLDS");
    refusedAt(kFirst + 8, value, "section ");
    refusedAt(kLast + 8, value, "section");
  }
  refusedAt(kFirst - 4, 1, "flag");
  auto bytes = file;
  const std::uint64_t shorter = bytes.size() - 1;
  std::memcpy(&bytes[16], &shorter, sizeof shorter);
  resealHeader(bytes);
  requireRefused(bytes, std::to_string(shorter) + " bytes");
  bytes.pop_back();
  requireRefused(bytes, "section F32V");
}

TEST_CASE("META out of its limits is refused", "[hostile]") {
  const auto u8 = [](std::size_t at, unsigned value, const char* blamed, const char* place) {
    refusedValue("META", at, static_cast<std::uint8_t>(value), blamed, place);
  };
  const auto u32 = [](std::size_t at, std::uint32_t value, const char* blamed, const char* place) {
    refusedValue("META", at, value, blamed, place);
  };
  const auto u64 = [](std::size_t at, std::uint64_t value, const char* blamed, const char* place) {
    refusedValue("META", at, value, blamed, place);
  };
  for (const std::uint32_t value : {0u, 4097u, 0xffffffffu}) {
    u32(meta::kDimension, value, "META", "dimension");
  }
  for (const std::uint32_t value : {1u, 2u, 4u, 4096u}) {
    u32(meta::kDimension, value, "HIGH", "bytes instead of");
  }
  for (const unsigned value : {3u, 255u}) u8(meta::kMetric, value, "META", "metric");
  for (const unsigned value : {2u, 255u}) u8(meta::kPrecision, value, "META", "precision");
  u8(meta::kPrecision, 0, "META", "precision");
  for (const std::uint32_t value : {0u, 3u, 129u, 0xffffffffu})
    u32(meta::kM, value, "META", "hnsw.m");
  u32(meta::kM, 5, "LNK0", "bytes instead of");
  for (const std::uint32_t value : {3u, 4097u}) {
    u32(meta::kEfConstruction, value, "META", "efConstruction");
  }
  for (const std::uint32_t value : {0u, 10001u}) u32(meta::kEfSearch, value, "META", "efSearch");
  u32(meta::kIndexingThreshold, 1000001, "META", "indexingThreshold");

  const std::uint64_t slots = places().slots;
  for (const std::uint64_t value :
       {std::uint64_t{limits::kMaxSlots} + 1, slots + (std::uint64_t{1} << 32),
        std::uint64_t{1} << 63, UINT64_MAX}) {
    u64(meta::kSlots, value, "META", "slots");
  }
  u64(meta::kSlots, limits::kMaxSlots, "HIGH", "bytes instead of");
  u64(meta::kSlots, slots + 1, "HIGH", "bytes instead of");
  u64(meta::kSlots, slots - 1, "HIGH", "bytes instead of");
  const std::uint64_t linked = places().linked;
  refused("META", "linked", [linked](SnapshotParts& p) {
    p.put<std::uint64_t>("META", meta::kSlots, linked - 1);
    p.put<std::uint64_t>("META", meta::kLive, linked - 1);
  });
  u64(meta::kSlots, 0, "META", "slots");
  for (const std::uint64_t value : {slots + 1, UINT64_MAX}) {
    u64(meta::kLinked, value, "META", "linked");
  }
  for (const std::uint64_t value : {std::uint64_t{0}, linked - 1, linked + 1, slots}) {
    u64(meta::kLinked, value, "LEVL", "bytes instead of");
  }
  SnapshotParts parts = validParts();
  const auto live = parts.get<std::uint64_t>("META", meta::kLive);
  for (const std::uint64_t value : {slots + 1, UINT64_MAX}) u64(meta::kLive, value, "META", "live");
  for (const std::uint64_t value : {live - 1, live + 1}) u64(meta::kLive, value, "LIVE", "live");
  u64(meta::kLive, 0, "META", "names");

  for (const std::uint32_t value : {places().slots, 0x7fffffffu, 0xffffffffu, places().low}) {
    u32(meta::kEntry, value, "META", "entry");
  }
  const auto top = parts.get<std::uint32_t>("META", meta::kMaxLevel);
  REQUIRE(top >= 1);
  for (const std::uint32_t value : {top - 1, top + 1, 0xffffffffu, 0x80000000u, 0x7fffffffu}) {
    u32(meta::kMaxLevel, value, "META", "level");
  }
  const auto names = parts.get<std::uint32_t>("META", meta::kNames);
  u32(meta::kNames, names + 1, "NAME", "name");
  u32(meta::kNames, names - 1, "NAME", "name");
  const auto mostNames = static_cast<std::uint32_t>(3 * live);
  u32(meta::kNames, mostNames, "NAME", "too short");
  for (const std::uint32_t value : {mostNames + 1, 0x40000000u, 0xffffffffu}) {
    u32(meta::kNames, value, "META", "names");
  }
  const auto text = parts.get<std::uint64_t>("META", meta::kTextBytes);
  for (const std::uint64_t value : {text - 1, text + 1, UINT64_MAX, UINT64_MAX - 1}) {
    u64(meta::kTextBytes, value, "TEXT", "bytes instead of");
  }
}

TEST_CASE("a section that is a byte longer or shorter is refused", "[hostile]") {
  for (const auto& part : validParts().parts) {
    CAPTURE(part.name);
    refused(part.name, "", [&](SnapshotParts& p) { p[part.name].push_back(std::byte{0}); });
    refused(part.name == "LNKU" ? "LEVL" : part.name, "",
            [&](SnapshotParts& p) { p[part.name].pop_back(); });
  }
}

// Names of 1024 bytes whose XXH3-64 is the same: where a word of a long text equals half of the
// hash's own constants, the other half of the word is multiplied by zero. Two such words whose sum
// stays the same leave no trace.
std::vector<std::string> collidingNames(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name(1024, 'x');
    name.replace(451, 5, "\xc3\x81\x3a\x26\x4c");
    name.replace(900, 4, "\xcd\xb4\x59\x31");
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t digit = i >> (6 * j) & 63;
      name[448 + j] = static_cast<char>(0x21 + digit);
      name[896 + j] = static_cast<char>(0x60 - digit);
    }
    names.push_back(std::move(name));
  }
  return names;
}

TEST_CASE("names made to collide take no more room than others", "[hostile]") {
  const auto names = collidingNames(8300);  // more than a bucket may be away from its place
  NameTable table;
  table.reserve(names.size(), names.size() * names[0].size());
  const std::size_t before = table.bytes();
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    REQUIRE(XXH3_64bits(names[i].data(), 1024) == XXH3_64bits(names[0].data(), 1024));
    REQUIRE(table.intern(names[i]) == i);
  }
  REQUIRE(table.bytes() == before);
}

}  // namespace
}  // namespace damask::testing
