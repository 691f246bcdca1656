// Replays whatever bytes there are on a small store: as they are, and behind the header that this
// store's journals begin with. What is accepted must leave a store like any other, whole writes of
// it, and as much or less for those who ask for less, or for what a damaged journal still has.
// Opening and using stores takes the most time: one input in eight, told by its bytes, is asked
// more than whether it can be replayed, and a store that refused a journal as a whole, which
// changes nothing, is the next one's too.

#include <algorithm>
#include <optional>

#include "bounded_memory.hpp"
#include "journal_base.hpp"

namespace damask::testing {
namespace {

using Bytes = std::vector<std::byte>;

PatternStore opened(const Bytes& snapshot) {
  return must(PatternStore::open(snapshot), "the snapshot opens");
}

// What a lenient replay makes of it is at least what a strict one does, and the same when strict
// finds nothing wrong.
void replayLeniently(const Bytes& snapshot, std::span<const std::byte> journal,
                     const Result<ReplayReport>& strict, const Bytes& strictly) {
  PatternStore store = opened(snapshot);
  ReplayOptions options;
  options.untilDamage = true;
  const auto report = store.replay(journal, options);
  if (!strict) return;
  require(report.has_value(), "what is accepted strictly is accepted leniently");
  require(report->sequence == strict->sequence && report->tornBytes == strict->tornBytes,
          "and found to be the same");
  require(must(store.saveToBytes(), "save") == strictly, "and gives the same store");
}

// Up to any sequence there is a store of no more changes, which whole frames lead to.
void replayUpTo(const Bytes& snapshot, std::span<const std::byte> journal,
                const ReplayReport& strict, std::uint64_t upTo) {
  PatternStore store = opened(snapshot);
  const auto report = must(store.replay(journal, {upTo}), "a part of what is accepted is, too");
  require(report.sequence <= upTo && report.frames <= strict.frames, "not beyond the sequence");
  require(report.leftOut == (report.frames < strict.frames), "what is left out is told");
}

void checkError(const Error& error) {
  require(!error.message.empty(), "an error has a sentence");
  require(error.code != ErrorCode::internal, "no journal is an internal error");
}

/// What replaying may allocate beyond twice the journal.
constexpr std::size_t kOtherBytes = 16u << 20;

Result<ReplayReport> replayed(PatternStore& store, std::span<const std::byte> journal) {
  const BoundedMemory bounded(2 * journal.size() + kOtherBytes);
  return store.replay(journal);
}

void replay(const Bytes& snapshot, std::span<const std::byte> journal) {
  static std::optional<PatternStore> unchanged;
  PatternStore store = unchanged ? std::move(*unchanged) : opened(snapshot);
  unchanged.reset();
  const std::uint64_t before = store.stats().sequence;
  const auto report = replayed(store, journal);
  if (!report) {
    checkError(report.error());
    if (isChosen(journal)) replayLeniently(snapshot, journal, report, {});
    if (store.stats().sequence == before) unchanged = std::move(store);
    return;
  }
  require(report->sequence == store.stats().sequence, "the sequence is the store's");
  require(report->sequence == before + report->changes, "each change raises it by one");
  require(report->tornBytes < journal.size(), "the header is no torn end");
  if (!isChosen(journal)) return;
  switch (journal.size() % 3) {
    case 0:
      replayLeniently(snapshot, journal, report, must(store.saveToBytes(), "save"));
      break;
    case 1:
      replayUpTo(snapshot, journal, *report, report->sequence);
      break;
    default:
      replayUpTo(snapshot, journal, *report, (before + report->sequence) / 2);
      break;
  }
  readAll(store);
  searchAll(store);
  change(store);
  readAll(store);
  require(store.takeJournal(journal.size()).has_value() == (report->tornBytes == 0),
          "a journal goes on unless its end is torn");
  saved(store);
}

}  // namespace
}  // namespace damask::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace damask::testing;
  static const JournalBase base = journalBase();
  Bytes journal(size);
  std::copy_n(reinterpret_cast<const std::byte*>(data), size, journal.begin());
  const std::size_t headerBytes = base.header.size();
  if (size < headerBytes || !std::equal(base.header.begin(), base.header.end(), journal.begin())) {
    static damask::PatternStore other = opened(base.snapshot);
    static const std::uint64_t sequence = other.stats().sequence;
    const auto report = other.replay(journal);
    if (!report) checkError(report.error());
    if (report || other.stats().sequence != sequence) other = opened(base.snapshot);
  }
  if (size < headerBytes) return 0;
  std::copy(base.header.begin(), base.header.end(), journal.begin());
  replay(base.snapshot, journal);
  return 0;
}
