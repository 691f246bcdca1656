#include "store_salvage.hpp"

#include <optional>

namespace damask::posix {
namespace {

/// Replays the journals from the snapshot on. When a change of a whole frame cannot be made, `upTo`
/// becomes the sequence before it, and the store has half of a write.
void replayAll(const StoreFiles& files, SalvagedStore& salvaged, std::uint64_t& upTo) {
  for (const std::uint64_t generation : files.journals()) {
    if (generation < salvaged.snapshot.generation) continue;
    const std::string path = files.pathOf(files.lastPartOf(generation));
    std::optional<Error> cutShort;
    const JournalBytes journal = files.journalOf(generation, cutShort);
    if (cutShort) salvaged.lost.push_back(cutShort->message);
    const std::uint64_t before = salvaged.store.stats().sequence;
    const auto replayed = salvaged.store.replay(journal.bytes(), {upTo, true});
    if (!replayed) {
      salvaged.lost.push_back(path + ": " + replayed.error().message);
      const std::uint64_t after = salvaged.store.stats().sequence;
      if (after != before) {
        upTo = after;
        return;
      }
    } else if (replayed->leftOut) {
      salvaged.lost.push_back(path + ": the write after change " +
                              std::to_string(replayed->sequence) + " cannot be made");
    } else if (replayed->tornBytes > 0) {
      salvaged.lost.push_back(path + ": the last " + std::to_string(replayed->tornBytes) +
                              " bytes, from where it is torn or damaged");
    }
  }
}

}  // namespace

Result<SalvagedStore> salvage(const StoreFiles& files) {
  const auto snapshots = files.snapshots();
  Error newest = noStore(files.path());
  std::vector<std::string> lost;
  for (std::size_t i = snapshots.size(); i-- > 0;) {
    const StoreName name{snapshots[i], 0};
    for (std::uint64_t upTo = UINT64_MAX;;) {
      const auto content = files.contentOf(name);
      auto store = content ? PatternStore::open(*content)
                           : Result<PatternStore>(tl::make_unexpected(content.error()));
      if (!store) {
        const Error error = content ? errorOf(files.pathOf(name), store.error()) : content.error();
        if (lost.empty()) newest = error;
        lost.push_back(error.message);
        break;
      }
      SalvagedStore salvaged{std::move(*store), name, lost};
      const std::uint64_t asked = upTo;
      replayAll(files, salvaged, upTo);
      if (upTo == asked) return salvaged;
    }
  }
  return tl::make_unexpected(newest);
}

}  // namespace damask::posix
