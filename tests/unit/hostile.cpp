#include "unit/hostile.hpp"

namespace damask::testing {
namespace {

Places findPlaces() {
  SnapshotParts parts = validParts();
  Places p;
  p.slots = static_cast<std::uint32_t>(parts.get<std::uint64_t>("META", meta::kSlots));
  p.linked = static_cast<std::uint32_t>(parts.get<std::uint64_t>("META", meta::kLinked));
  const auto isLive = [&](std::uint32_t slot) {
    return (parts.get<std::uint64_t>("LIVE", 1 + slot / 64 * 8) >> slot % 64 & 1) != 0;
  };
  const auto level = [&](std::uint32_t slot) { return parts.get<std::uint8_t>("LEVL", 1 + slot); };
  while (!isLive(p.live)) ++p.live;
  while (isLive(p.dead)) ++p.dead;
  while (level(p.low) != 0) ++p.low;
  p.upperList = 1;
  while (level(p.upper) == 0 || parts.get<std::uint32_t>("LNKU", p.upperList) < 2) {
    p.upperList += kRowUpper * level(p.upper);
    ++p.upper;
  }
  return p;
}

void searchEverything(const PatternStore& store) {
  SearchOptions options;
  options.ef = 10;
  for (std::size_t q = 0; q < 4; ++q) {
    const auto query = smallVector(700 + q, store.options().dimension);
    for (const bool exact : {false, true}) {
      options.exact = exact;
      const auto hits = store.search(query, options);
      REQUIRE(hits);
      REQUIRE(hits->size() == std::min<std::size_t>(10, store.size()));
    }
  }
  options.exact = false;
  options.type = "fix";
  REQUIRE(store.search(smallVector(1, store.options().dimension), options));
}

}  // namespace

const SnapshotParts& validParts() {
  static const SnapshotParts parts = SnapshotParts::split(
      *smallStore(smallOptions(kDimension, Metric::euclidean, Precision::float32), 40)
           .saveToBytes());
  return parts;
}

const Places& places() {
  static const Places found = findPlaces();
  return found;
}

void requireRefused(std::span<const std::byte> file, const std::string& message) {
  const auto opened = PatternStore::open(file);
  REQUIRE_FALSE(opened);
  CHECK(errorCodeName(opened.error().code) == errorCodeName(ErrorCode::snapshotCorrupt));
  CHECK_THAT(opened.error().message, Catch::Matchers::Contains(message));
}

void refused(const std::string& section, const std::string& place,
             const std::function<void(SnapshotParts&)>& patch) {
  SnapshotParts parts = validParts();
  patch(parts);
  INFO("to be refused as \"section " << section << ": ... " << place << "\"");
  requireRefused(parts.join(), section.empty() ? "section " : "section " + section + ": ");
  requireRefused(parts.join(), place);
}

std::string slotText(std::uint32_t slot) {
  return "slot " + std::to_string(slot) + ":";
}

void requireUsable(const SnapshotParts& parts) {
  const auto file = parts.join();
  auto store = PatternStore::open(file);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  REQUIRE(*store->saveToBytes() == file);
  searchEverything(*store);
  fillSmall(*store, 30, 50);
  searchEverything(*store);
  REQUIRE(PatternStore::open(*store->saveToBytes()));
}

}  // namespace damask::testing
