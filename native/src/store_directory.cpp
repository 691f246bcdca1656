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

}  // namespace damask::posix
