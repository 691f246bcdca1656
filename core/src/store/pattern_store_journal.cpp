// The members of PatternStore that keep and replay a journal.

#include <algorithm>
#include <new>
#include <string>

#include "durable/change.hpp"
#include "durable/journal_format.hpp"
#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"

namespace damask {
namespace {

using journal::Change;
using journal::ChangeKind;

tl::unexpected<Error> mismatch(const std::string& what) {
  return fail(ErrorCode::journalMismatch, "the journal continues " + what);
}

tl::unexpected<Error> corrupt(std::uint64_t sequence, const std::string& why) {
  return fail(ErrorCode::journalCorrupt,
              "change " + std::to_string(sequence) + " of the journal cannot be made: " + why);
}

/// Whether a journal begins where the store is.
Result<void> continues(const journal::Header& header, const StoreState& state) {
  if (header.sequence != state.sequence) {
    return mismatch("a store of " + std::to_string(header.sequence) +
                    " changes, but this one has " + std::to_string(state.sequence));
  }
  if (header.history != state.history) {
    return mismatch("another store of " + std::to_string(header.sequence) + " changes");
  }
  return {};
}

/// The sequence after a frame, by the changes that it says it has.
Result<std::uint64_t> sequenceAfter(const journal::Frame& frame) {
  std::uint64_t sequence = frame.sequence;
  for (journal::ChangeReader reader(frame.payload); !reader.atEnd(); ++sequence) {
    if (const auto change = reader.next(); !change) return tl::unexpected<Error>(change.error());
  }
  return sequence;
}

}  // namespace

Result<std::vector<std::byte>> PatternStore::beginJournal() {
  try {
    if (const auto settled = impl_->refuseStaged("beginJournal"); !settled) {
      return tl::unexpected<Error>(settled.error());
    }
    if (impl_->journal && !impl_->journal->isEmpty()) {
      return fail(ErrorCode::invalidState, "there are changes that takeJournal was not asked for");
    }
    const journal::Header header{impl_->state->history, impl_->state->sequence};
    std::vector<std::byte> bytes = journal::encodeHeader(header);
    impl_->journal.emplace(header, header.sequence);
    impl_->replayed.reset();
    return bytes;
  } catch (const std::bad_alloc&) {
    return noMemory("begin a journal");
  }
}

Result<std::vector<std::byte>> PatternStore::takeJournal(std::uint64_t synced) {
  try {
    if (!impl_->journal || impl_->journal->isEnded()) {
      return fail(ErrorCode::invalidState, "no journal was begun");
    }
    return impl_->journal->take(impl_->state->sequence, synced);
  } catch (const std::bad_alloc&) {
    return noMemory("take the changes for the journal");
  }
}

Result<ReplayReport> PatternStore::replay(std::span<const std::byte> bytes,
                                          const ReplayOptions& options) {
  try {
    if (const auto settled = impl_->refuseStaged("replay"); !settled) {
      return tl::unexpected<Error>(settled.error());
    }
    const auto scan = journal::scan(bytes, options.untilDamage);
    if (!scan) return tl::unexpected<Error>(scan.error());
    const std::uint64_t from = impl_->replayedOf(scan->header, bytes.size());
    if (from == 0) {
      const auto fits = continues(scan->header, *impl_->state);
      if (!fits) return tl::unexpected<Error>(fits.error());
    }
    impl_->journal.reset();
    ReplayReport report;
    report.tornBytes = scan->tornBytes;
    std::uint64_t end = std::max<std::uint64_t>(from, journal::kHeaderBytes);
    for (const journal::Frame& frame : scan->frames) {
      if (frame.end <= from) continue;
      if (options.upTo != UINT64_MAX) {
        const Result<std::uint64_t> after = sequenceAfter(frame);
        if (!after) return tl::unexpected<Error>(after.error());
        report.leftOut = *after > options.upTo;
        if (report.leftOut) break;
      }
      if (frame.sequence != impl_->state->sequence) {
        return corrupt(frame.sequence, "changes before it are missing");
      }
      for (journal::ChangeReader reader(frame.payload); !reader.atEnd(); ++report.changes) {
        const Result<Change> change = reader.next();
        if (!change) return tl::unexpected<Error>(change.error());
        const std::uint64_t before = impl_->state->sequence;
        if (const auto made = impl_->make(*this, *change); !made) {
          if (made.error().code == ErrorCode::outOfMemory) {
            return tl::unexpected<Error>(made.error());
          }
          return corrupt(before + 1, made.error().message);
        }
        if (impl_->state->sequence != before + 1) {
          return corrupt(before + 1, "there is no pattern of its id");
        }
      }
      ++report.frames;
      end = frame.end;
    }
    report.sequence = impl_->state->sequence;
    impl_->replayed = {scan->header, end, report.sequence};
    impl_->journal.emplace(scan->header, report.sequence);
    if (scan->tornBytes > 0 || report.leftOut) impl_->journal->end();
    return report;
  } catch (const std::bad_alloc&) {
    return noMemory("replay a journal");
  }
}

// How many bytes of a journal were replayed already, when it is the one that was replayed last, has
// grown, and the store has not changed since; else 0.
std::uint64_t PatternStore::Impl::replayedOf(const journal::Header& header,
                                             std::uint64_t bytes) const noexcept {
  if (!replayed || replayed->header != header || replayed->sequence != state->sequence) return 0;
  return bytes < replayed->bytes ? 0 : replayed->bytes;
}

Result<void> PatternStore::Impl::make(PatternStore& store, const Change& change) {
  const Pattern& pattern = change.pattern;
  const auto ignore = [](bool) {};
  switch (change.kind) {
    case ChangeKind::upsert:
      return store.upsert(pattern, change.embedding);
    case ChangeKind::remove:
      return store.remove(pattern.id).map(ignore);
    case ChangeKind::usage:
      return store.recordUsage(pattern.id, pattern.verdict, *pattern.lastUsed).map(ignore);
    case ChangeKind::clear:
      return store.clear();
  }
  return fail(ErrorCode::internal, "a change of no kind was read");
}

}  // namespace damask
