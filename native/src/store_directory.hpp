#pragma once

#include <vector>

#include "store_files.hpp"

namespace damask::posix {

/// A store as a directory holds it: its newest snapshot, and the changes of the journals since.
struct LoadedStore {
  PatternStore store;
  std::uint64_t snapshotBytes = 0;
  std::vector<JournalEnd> journals;  ///< Those that were replayed, in order.
  std::uint64_t tornBytes = 0;       ///< At the end of the last one.
  StoreName lastFile;                ///< What was there; a later file is of another writer.
};

/// Errors: io, notASnapshot (no snapshot is there), and as PatternStore::open and replay, with the
/// path of the file. A damaged snapshot is never passed over for an older one.
Result<LoadedStore> loadStore(const Directory& directory);

/// The store as it was after so many changes, or after the last write before, as far back as the
/// snapshots and journals that are kept reach. Errors: invalidArgument (it is before or beyond
/// them), and as loadStore.
Result<PatternStore> loadStoreAt(const Directory& directory, std::uint64_t sequence);

}  // namespace damask::posix
