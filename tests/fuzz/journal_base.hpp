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
  PatternStore made =
      smallStore(smallFields(smallOptions(3, Metric::euclidean, Precision::float32)), 6);
  JournalBase base;
  base.snapshot = must(made.saveToBytes(), "saveToBytes");
  base.header = must(made.beginJournal(), "beginJournal");
  if (store != nullptr) *store = std::move(made);
  return base;
}

}  // namespace damask::testing
