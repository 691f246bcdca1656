#include "store_directory.hpp"

namespace damask::posix {

Result<LoadedStore> loadStore(const Directory& directory) {
  const auto files = StoreFiles::read(directory);
  if (!files) return tl::make_unexpected(files.error());
  const auto snapshots = files->snapshots();
  if (snapshots.empty()) return tl::make_unexpected(noStore(files->path()));
  const StoreName newest{snapshots.back(), 0};
  const auto snapshot = files->contentOf(newest);
  if (!snapshot) return tl::make_unexpected(snapshot.error());
  auto store = PatternStore::open(*snapshot);
  if (!store) return tl::make_unexpected(errorOf(files->pathOf(newest), store.error()));
  LoadedStore loaded{std::move(*store), snapshot->size(), {}, 0, *files->last()};
  for (const std::uint64_t generation : files->journals()) {
    if (generation < newest.generation) continue;
    const auto journal = files->journalOf(generation);
    if (!journal) return tl::make_unexpected(journal.error());
    const StoreName last = files->lastPartOf(generation);
    const auto replayed = loaded.store.replay(journal->bytes());
    if (!replayed) return tl::make_unexpected(errorOf(files->pathOf(last), replayed.error()));
    loaded.journals.push_back({last, journal->bytes().size()});
    loaded.tornBytes = replayed->tornBytes;
  }
  return loaded;
}

namespace {

/// The newest snapshot of at most so many changes; its place among the snapshots.
Result<std::size_t> snapshotBefore(const StoreFiles& files, std::uint64_t sequence) {
  const auto snapshots = files.snapshots();
  if (snapshots.empty()) return tl::make_unexpected(noStore(files.path()));
  std::uint64_t oldest = 0;
  for (std::size_t i = snapshots.size(); i-- > 0;) {
    const StoreName name{snapshots[i], 0};
    const auto content = files.contentOf(name);
    if (!content) return tl::make_unexpected(content.error());
    const auto info = inspectSnapshot(*content);
    if (!info) return tl::make_unexpected(errorOf(files.pathOf(name), info.error()));
    if (info->sequence <= sequence) return i;
    oldest = info->sequence;
  }
  return fail(ErrorCode::invalidArgument, "sequence is " + std::to_string(sequence) +
                                              ", but the oldest snapshot that " + files.path() +
                                              " keeps has " + std::to_string(oldest) + " changes");
}

}  // namespace

Result<PatternStore> loadStoreAt(const Directory& directory, std::uint64_t sequence) {
  const auto files = StoreFiles::read(directory);
  if (!files) return tl::make_unexpected(files.error());
  const auto at = snapshotBefore(*files, sequence);
  if (!at) return tl::make_unexpected(at.error());
  const auto snapshots = files->snapshots();
  const bool newest = *at + 1 == snapshots.size();
  const StoreName begin{snapshots[*at], 0};
  auto store = PatternStore::open(*files->contentOf(begin));
  if (!store) return tl::make_unexpected(errorOf(files->pathOf(begin), store.error()));
  bool leftOut = false;
  for (const std::uint64_t generation : files->journals()) {
    if (generation < begin.generation || leftOut) continue;
    if (!newest && generation >= snapshots[*at + 1]) break;  // It begins beyond the sequence.
    const auto journal = files->journalOf(generation);
    if (!journal) return tl::make_unexpected(journal.error());
    const auto replayed = store->replay(journal->bytes(), {sequence});
    if (!replayed) {
      return tl::make_unexpected(
          errorOf(files->pathOf(files->lastPartOf(generation)), replayed.error()));
    }
    leftOut = replayed->leftOut;
  }
  const std::uint64_t reached = store->stats().sequence;
  if (newest && !leftOut && reached < sequence) {
    return fail(ErrorCode::invalidArgument, "sequence is " + std::to_string(sequence) + ", but " +
                                                files->path() + " has " + std::to_string(reached) +
                                                " changes");
  }
  return store;
}

}  // namespace damask::posix
