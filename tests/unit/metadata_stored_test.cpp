// Declared metadata fields in snapshots and journals.

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/oracle.hpp"
#include "support/snapshot_builder.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr float kVector[4] = {1, 2, 3, 4};

StoreOptions options() {
  StoreOptions o;
  o.dimension = 4;
  o.metadataFields = {{"name", MetadataKind::string},
                      {"rank", MetadataKind::number},
                      {"tags", MetadataKind::stringList}};
  return o;
}

Pattern patternOf(const std::string& metadata) {
  Pattern p = patternWithId("a");
  p.metadata = metadata;
  return p;
}

std::size_t countOf(const PatternStore& store, double rank) {
  SearchOptions search;
  search.filter = Filter::compare({FilterField::metadata, "rank"}, FilterOperator::equal, rank);
  return store.count(search).value();
}

}  // namespace

TEST_CASE("a journal goes with the fields that its store declares", "[metadata]") {
  PatternStore store = PatternStore::create(options()).value();
  auto journal = store.beginJournal().value();
  REQUIRE(store.upsert(patternOf(R"({"rank":1})"), kVector));
  const auto frame = store.takeJournal(journal.size()).value();
  journal.insert(journal.end(), frame.begin(), frame.end());
  PatternStore same = PatternStore::create(options()).value();
  REQUIRE(same.replay(journal));
  CHECK(countOf(same, 1) == 1);
  CHECK(countOf(same, 2) == 0);
  StoreOptions others = options();
  others.metadataFields[1].kind = MetadataKind::string;
  PatternStore other = PatternStore::create(others).value();
  CHECK(other.replay(journal).error().code == ErrorCode::journalMismatch);
}

TEST_CASE("snapshots whose declarations are wrong are refused", "[metadata]") {
  PatternStore store = PatternStore::create(options()).value();
  REQUIRE(store.upsert(patternOf(R"({"rank":1,"tags":["x"],"other":2})"), kVector));
  const SnapshotParts valid = SnapshotParts::split(store.saveToBytes().value());
  const auto refused = [&](const std::string& section, const std::string& message,
                           const std::function<void(SnapshotParts&)>& patch) {
    SnapshotParts parts = valid;
    patch(parts);
    const auto opened = PatternStore::open(parts.join());
    CAPTURE(message);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::snapshotCorrupt);
    CHECK_THAT(opened.error().message, Catch::Matchers::Contains("section " + section + ": "));
    CHECK_THAT(opened.error().message, Catch::Matchers::Contains(message));
  };
  // 4 bytes of the name of the first, which begin at 3.
  refused("FLDS", "kind is 4", [](SnapshotParts& p) { p.put("FLDS", 1, std::uint8_t{4}); });
  refused("FLDS", "ends within a name",
          [](SnapshotParts& p) { p.put("FLDS", 2, std::uint8_t{255}); });
  refused("FLDS", "has bytes that no field uses",
          [](SnapshotParts& p) { p.append("FLDS", std::uint8_t{0}); });
  refused("FLDS", "has 0 bytes", [](SnapshotParts& p) { p.append("FLDS", std::uint16_t{0}); });
  refused("FLDS", "is not valid UTF-8",
          [](SnapshotParts& p) { p.put("FLDS", 3, std::uint8_t{0xff}); });
  refused("FLDS", "which is there already", [](SnapshotParts& p) {
    p.append("FLDS", std::uint8_t{0});
    p.append("FLDS", std::uint8_t{4});
    for (const char c : {'n', 'a', 'm', 'e'}) p.append("FLDS", c);
  });
  refused("FLDS", "has bytes that no field uses", [](SnapshotParts& p) {
    p["FLDS"].resize(1);
    for (int i = 0; i < 65; ++i) {
      p.append("FLDS", std::uint8_t{0});
      p.append("FLDS", std::uint8_t{1});
      p.append("FLDS", static_cast<char>(33 + i));
    }
  });
  refused("TEXT", "metadata.other is a number, but is declared as a string", [](SnapshotParts& p) {
    p.append("FLDS", std::uint8_t{0});
    p.append("FLDS", std::uint8_t{5});
    for (const char c : {'o', 't', 'h', 'e', 'r'}) p.append("FLDS", c);
  });
  SnapshotParts fewer = valid;
  fewer["FLDS"].resize(1);
  REQUIRE(PatternStore::open(fewer.join()).value().options().metadataFields.empty());
}
