#include "store_check.hpp"

#include <optional>
#include <set>

namespace damask::posix {
namespace {

constexpr const char* kNothingBefore = "nothing that is sound leads to it";

void succeed(CheckedFile& file, const PatternStore& store) {
  file.sequence = store.stats().sequence;
  file.count = store.size();
}

void failAs(CheckedFile& file, Soundness soundness, const Error& error) {
  file.soundness = soundness;
  file.problem = error.message;
}

/// The snapshot's store, or none when it is damaged.
std::optional<PatternStore> checkSnapshot(const StoreFiles& files, CheckedFile& file) {
  const auto content = files.contentOf(file.name);
  if (!content) {
    failAs(file, Soundness::damaged, content.error());
    return std::nullopt;
  }
  file.bytes = content->size();
  auto store = PatternStore::open(*content);
  if (!store) {
    failAs(file, Soundness::damaged, store.error());
    return std::nullopt;
  }
  succeed(file, *store);
  return std::move(*store);
}

/// `store` is what the journal continues, or none; it is none after damage.
void checkJournal(const StoreFiles& files, CheckedFile& file, std::optional<PatternStore>& store,
                  bool snapshotDamaged) {
  const auto journal = files.journalOf(file.name.generation);
  if (!journal) {
    store.reset();
    return failAs(file, Soundness::damaged, journal.error());
  }
  file.bytes = journal->bytes().size();
  if (!store) {
    return failAs(file, Soundness::unchecked, {ErrorCode::journalMismatch, kNothingBefore});
  }
  const auto replayed = store->replay(journal->bytes());
  if (!replayed) {
    store.reset();
    const bool mismatch = replayed.error().code == ErrorCode::journalMismatch;
    const bool unchecked = snapshotDamaged && mismatch;
    return failAs(file, unchecked ? Soundness::unchecked : Soundness::damaged, replayed.error());
  }
  file.tornBytes = replayed->tornBytes;
  if (file.tornBytes > 0) file.soundness = Soundness::torn;
  succeed(file, *store);
}

}  // namespace

std::vector<CheckedFile> checkFiles(const StoreFiles& files) {
  const auto snapshots = files.snapshots(), journals = files.journals();
  const std::set<std::uint64_t> withSnapshot(snapshots.begin(), snapshots.end());
  const std::set<std::uint64_t> withJournal(journals.begin(), journals.end());
  std::set<std::uint64_t> generations = withSnapshot;
  generations.insert(journals.begin(), journals.end());
  std::vector<CheckedFile> checked;
  std::optional<PatternStore> store;
  for (const std::uint64_t generation : generations) {
    bool snapshotDamaged = false;
    if (withSnapshot.contains(generation)) {
      CheckedFile& file = checked.emplace_back();
      file.name = {generation, 0};
      auto opened = checkSnapshot(files, file);
      snapshotDamaged = !opened;
      // A journal may lead from the generation before to this one's, without the snapshot.
      if (opened) store = std::move(opened);
    }
    if (withJournal.contains(generation)) {
      CheckedFile& file = checked.emplace_back();
      file.name = files.lastPartOf(generation);
      checkJournal(files, file, store, snapshotDamaged);
    }
  }
  return checked;
}

}  // namespace damask::posix
