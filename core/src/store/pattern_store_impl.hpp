#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "damask/pattern_store.hpp"
#include "durable/change.hpp"
#include "durable/snapshot_writer.hpp"
#include "store/disposal.hpp"
#include "store/journal_recorder.hpp"
#include "store/rebuild.hpp"
#include "store/state.hpp"
#include "store/write.hpp"

namespace damask {

/// A snapshot that is being written while its store goes on.
class FrozenSnapshot {
 public:
  /// Throws std::bad_alloc, with nothing changed.
  explicit FrozenSnapshot(std::shared_ptr<StoreState> state) : state_(std::move(state)) {
    freeze(*state_);
    try {
      writer_.emplace(SnapshotSource(*state_, SnapshotSource::Moment::frozen));
    } catch (const std::bad_alloc&) {
      thaw(*state_);
      throw;
    }
  }
  FrozenSnapshot(const FrozenSnapshot&) = delete;
  FrozenSnapshot& operator=(const FrozenSnapshot&) = delete;
  ~FrozenSnapshot() { thaw(*state_); }

  SnapshotWriter& writer() noexcept { return *writer_; }

 private:
  std::shared_ptr<StoreState> state_;  ///< The store may have another by now.
  std::optional<SnapshotWriter> writer_;
};

/// How far a journal was replayed.
struct Replayed {
  journal::Header header;
  std::uint64_t bytes = 0;
  std::uint64_t sequence = 0;  ///< Of the store then.
};

class PatternStore::Impl {
 public:
  explicit Impl(std::shared_ptr<StoreState> s) noexcept : state(std::move(s)) {}

  /// The error of a call that must not be made while patterns are staged.
  Result<void> refuseStaged(const char* call) const {
    const std::size_t staged = state->records.staged().size();
    if (staged == 0) return {};
    return fail(ErrorCode::invalidState, std::string(call) + " is refused with " +
                                             std::to_string(staged) +
                                             " staged: commit or discard what is staged first");
  }

  Result<void> insert(const Pattern& pattern, std::span<const float> embedding,
                      Visibility visibility);
  /// Remembers a change that was made.
  void note(JournalRecorder::Encoded&& change) noexcept;

  std::uint64_t replayedOf(const journal::Header& header, std::uint64_t bytes) const noexcept;

  /// Makes a change that a journal holds.
  static Result<void> make(PatternStore& store, const journal::Change& change);

  std::shared_ptr<StoreState> state;
  std::vector<History> stagedChanges;  ///< Of what is staged.
  std::unique_ptr<Rebuild> rebuild;
  std::optional<Disposal> disposal;  ///< Of what the last rebuild has left.
  std::optional<Census> census;
  std::optional<Repair> repair;  ///< Of what the census has found.
  std::optional<FrozenSnapshot> snapshot;
  std::optional<JournalRecorder> journal;
  std::optional<Replayed> replayed;
};

}  // namespace damask
