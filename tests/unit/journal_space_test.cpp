// Zeros behind a journal's last frame are space for those to come, and no torn end.

#include <catch2/catch.hpp>
#include <vector>

#include "damask/damask.hpp"
#include "support/small_store.hpp"

namespace damask {
namespace {

using testing::smallOptions;
using testing::smallPattern;
using testing::smallStore;
using testing::smallVector;

using Bytes = std::vector<std::byte>;

constexpr std::uint32_t kDimension = 3;

struct Written {
  Bytes snapshot, journal;
};

void append(Bytes& journal, const Bytes& more) {
  journal.insert(journal.end(), more.begin(), more.end());
}

/// A snapshot and a journal of two frames.
Written written() {
  PatternStore store = smallStore(smallOptions(kDimension), 4);
  Written w{store.saveToBytes().value(), store.beginJournal().value()};
  for (const std::size_t i : {50u, 51u}) {
    REQUIRE(store.upsert(smallPattern(i), smallVector(i, kDimension)));
    append(w.journal, store.takeJournal(w.journal.size()).value());
  }
  return w;
}

ReplayReport replayed(const Written& w, const Bytes& journal) {
  PatternStore store = PatternStore::open(w.snapshot).value();
  const auto report = store.replay(journal);
  REQUIRE(report);
  CHECK(store.takeJournal(0).has_value() == (report->tornBytes == 0));
  return *report;
}

}  // namespace

TEST_CASE("zeros behind the last frame are no torn end", "[journal]") {
  const Written w = written();
  for (const std::size_t space : {1u, 7u, 8u, 31u, 32u, 33u, 4096u}) {
    Bytes journal = w.journal;
    append(journal, Bytes(space));
    const ReplayReport report = replayed(w, journal);
    CHECK(report.frames == 2);
    CHECK(report.tornBytes == 0);
  }
}

TEST_CASE("anything else behind the last frame is torn", "[journal]") {
  const Written w = written();
  constexpr std::size_t kSpace = 100;
  for (std::size_t at = 0; at < kSpace; ++at) {
    Bytes journal = w.journal;
    append(journal, Bytes(kSpace));
    journal[w.journal.size() + at] = std::byte{1};
    const ReplayReport report = replayed(w, journal);
    CHECK(report.frames == 2);
    CHECK(report.tornBytes == kSpace);
  }
}

TEST_CASE("zeros where a later frame says that something was durable are damage", "[journal]") {
  Written w = written();
  PatternStore store = PatternStore::open(w.snapshot).value();
  REQUIRE(store.replay(w.journal));
  const std::size_t second = w.journal.size();
  REQUIRE(store.upsert(smallPattern(52), smallVector(52, kDimension)));
  append(w.journal, store.takeJournal(second).value());
  for (std::size_t at = 48; at < second; ++at) w.journal[at] = std::byte{};
  const auto report = PatternStore::open(w.snapshot).value().replay(w.journal);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::journalCorrupt);
}

}  // namespace damask
