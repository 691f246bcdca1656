#include "store_writer.hpp"

#include <algorithm>

#include "journal_space.hpp"

namespace damask::posix {
namespace {

// Of a frame, as docs/format.md has it: its header, and where that says what was written before.
constexpr std::size_t kFrameHeaderBytes = 32, kSyncedOffset = 16;

tl::unexpected<Error> otherWriter(const std::string& path) {
  return fail(ErrorCode::conflict, "another writer is at work on this store: " + path +
                                       " has changed. Let one writer at a time have the store, and "
                                       "try again on what is there");
}

}  // namespace

StoreWriter::StoreWriter(Directory directory, const LoadedStore& loaded, JournalLimits limits)
    : directory_(std::move(directory)),
      limits_(limits),
      journals_(loaded.journals),
      lastFile_(loaded.lastFile),
      snapshotBytes_(loaded.snapshotBytes),
      collecting_(!loaded.journals.empty() && loaded.tornBytes == 0) {
  // A journal that is torn, or followed by another, is at its end.
  if (loaded.journals.size() == 1 && collecting_) journal_ = {loaded.journals.front(), false};
}

Result<void> StoreWriter::write(PatternStore& store) {
  if (failure_) return tl::make_unexpected(*failure_);
  auto written = writeChanges(store);
  if (!written) failure_ = written.error();
  return written;
}

Result<void> StoreWriter::writeChanges(PatternStore& store) {
  if (collecting_) {
    const auto frame = store.takeJournal(journal_ ? journal_->end.size : 0);
    if (!frame) return tl::make_unexpected(frame.error());
    if (frame->empty()) return {};
    if (journal_) {
      const JournalEnd& end = journal_->end;
      if (!isLong(end.size + frame->size(), end.last.part)) return append(*frame);
    }
  }
  return beginGeneration(store);
}

bool StoreWriter::isLong(std::uint64_t size, std::uint32_t parts) const {
  return size > std::max(limits_.bytes, snapshotBytes_ / limits_.snapshotShare) ||
         parts >= limits_.parts;
}

Result<void> StoreWriter::append(std::span<const std::byte> frame) {
  if (auto added = journal_->own ? appendToOwnPart(frame) : appendNewPart(frame); !added) {
    return added;
  }
  journal_->end.size += frame.size();
  return {};
}

/// Looks before it writes, too: what it adds when it is shut out lies in the way of the other's.
Result<void> StoreWriter::appendToOwnPart(std::span<const std::byte> frame) {
  const StoreName& name = journal_->end.last;
  if (auto alone = checkNothingAfter(name); !alone) return alone;
  if (auto added = directory_.append(name, frame); !added) return added;
  auto alone = checkNothingAfter(name);
  if (!alone && alone.error().code == ErrorCode::conflict && !wasSeen()) {
    if (auto taken = directory_.retract(name, frame.size()); !taken) return taken;
  }
  return alone;
}

/// Whether the session of the next part has read what was just added to this one: its first frame
/// counts it. What cannot be read is taken to have.
bool StoreWriter::wasSeen() const {
  const JournalEnd& end = journal_->end;
  const auto next = directory_.read({end.last.generation, end.last.part + 1});
  if (!next) return true;
  if (!*next || (*next)->bytes().size() < kFrameHeaderBytes) return false;
  std::uint64_t synced = 0;
  for (std::size_t i = 8; i-- > 0;) {
    synced = synced << 8 | std::to_integer<std::uint64_t>((*next)->bytes()[kSyncedOffset + i]);
  }
  return synced > end.size;
}

/// The new part shuts the session out that made the one before it.
Result<void> StoreWriter::appendNewPart(std::span<const std::byte> frame) {
  // The session before may have died between a write and its sync, and ours follows that write.
  if (auto settled = directory_.settle(journal_->end.last); !settled) return settled;
  if (auto same = checkUnchanged(std::nullopt); !same) return same;
  const StoreName name{journal_->end.last.generation, journal_->end.last.part + 1};
  const auto created =
      directory_.create(name, [frame](const ByteSink& sink) { return sink(frame); });
  if (!created) return tl::make_unexpected(created.error());
  if (!*created) return otherWriter(directory_.pathOf(name));
  if (auto same = checkUnchanged(name); !same) {
    if (same.error().code == ErrorCode::conflict) {
      if (auto taken = takeBackPart(name); !taken) return taken;
    }
    return same;
  }
  journals_.clear();
  lastFile_ = name;
  journal_->end.last = name;
  journal_->own = true;
  return {};
}

/// Unless another has gone on behind it.
Result<void> StoreWriter::takeBackPart(const StoreName& part) const {
  const auto names = directory_.list();
  if (!names) return tl::make_unexpected(names.error());
  const StoreName next{part.generation, part.part + 1};
  if (std::find(names->begin(), names->end(), next) != names->end()) return {};
  return directory_.remove(part);
}

/// A snapshot first and then its journal.
Result<void> StoreWriter::beginGeneration(PatternStore& store) {
  const StoreName name{lastFile_.generation + 1, 0};
  if (name.generation > kMaxGeneration) {
    return fail(ErrorCode::io, directory_.path() + " has used up its " +
                                   std::to_string(kMaxGeneration) + " generations");
  }
  if (auto committed = commitSnapshot(name, store); !committed) return committed;
  const auto header = store.beginJournal();
  if (!header) return tl::make_unexpected(header.error());
  const StoreName first{name.generation, 1};
  const auto created =
      directory_.create(first, [&](const ByteSink& sink) { return sink(*header); });
  if (!created) return tl::make_unexpected(created.error());
  if (!*created) return otherWriter(directory_.pathOf(first));
  journals_.clear();
  lastFile_ = first;
  journal_ = Journal{{first, header->size()}, true};
  collecting_ = true;
  return {};
}

/// What cannot be checked for other writers is taken back.
Result<void> StoreWriter::commitSnapshot(const StoreName& name, const PatternStore& store) {
  std::uint64_t bytes = 0;
  const auto created = directory_.create(name, [&](const ByteSink& sink) -> Result<void> {
    return store.save([&](std::span<const std::byte> chunk) {
      bytes += chunk.size();
      return sink(chunk);
    });
  });
  if (!created) return tl::make_unexpected(created.error());
  if (!*created) return otherWriter(directory_.pathOf(name));
  if (auto same = checkUnchanged(name); !same) {
    if (const auto removed = directory_.remove(name); !removed) return removed;
    return same;
  }
  snapshotBytes_ = bytes;
  removeOld();
  return {};
}

/// Nothing has been added to what was read, but the file that is ours.
Result<void> StoreWriter::checkUnchanged(const std::optional<StoreName>& ours) const {
  for (const JournalEnd& journal : journals_) {
    std::uint64_t size = 0;
    for (StoreName part{journal.last.generation, 1}; part <= journal.last; ++part.part) {
      const auto file = directory_.read(part);
      if (!file) return tl::make_unexpected(file.error());
      if (!*file) return otherWriter(directory_.pathOf(part));
      size += withoutSpace((*file)->bytes(), part.part == 1).size();
    }
    if (size != journal.size) return otherWriter(directory_.pathOf(journal.last));
  }
  const auto names = directory_.list();
  if (!names) return tl::make_unexpected(names.error());
  for (const StoreName& name : *names) {
    if (name > lastFile_ && name != ours) return otherWriter(directory_.pathOf(name));
  }
  return {};
}

Result<void> StoreWriter::checkNothingAfter(const StoreName& last) const {
  const auto names = directory_.list();
  if (!names) return tl::make_unexpected(names.error());
  if (!names->empty() && names->back() > last) return otherWriter(directory_.pathOf(names->back()));
  return {};
}

/// Keeps the newest snapshot, the one before it, and the journals from there on. What cannot be
/// removed now, the next commit removes.
void StoreWriter::removeOld() const {
  const auto names = directory_.list();
  if (!names) return;
  std::uint64_t kept = lastFile_.generation + 1;
  for (const StoreName& name : *names) {
    if (name.isSnapshot() && name.generation <= lastFile_.generation) kept = name.generation;
  }
  for (const StoreName& name : *names) {
    if (name.generation < kept) static_cast<void>(directory_.remove(name));
  }
}

}  // namespace damask::posix
