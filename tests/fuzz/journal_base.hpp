#pragma once

#include "support/small_store.hpp"
#include "use_store.hpp"

namespace damask::testing {

/// A snapshot, and the first bytes of the journals that continue it.
struct JournalBase {
  std::vector<std::byte> snapshot, header;
};

/// The one that fuzzed journals are replayed on. `store`, when there is one, then writes such a
/// journal with takeJournal().
inline JournalBase journalBase(PatternStore* store = nullptr) {
  PatternStore made = smallStore(smallOptions(3, Metric::euclidean, Precision::float32), 6);
  JournalBase base;
  const SnapshotId id = must(made.save([&base](std::span<const std::byte> bytes) -> Result<void> {
    base.snapshot.insert(base.snapshot.end(), bytes.begin(), bytes.end());
    return {};
  }),
                             "save");
  base.header = must(made.beginJournal(id), "beginJournal");
  if (store != nullptr) *store = std::move(made);
  return base;
}

}  // namespace damask::testing
