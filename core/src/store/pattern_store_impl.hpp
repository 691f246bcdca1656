#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "damask/pattern_store.hpp"
#include "durable/change.hpp"
#include "store/journal_recorder.hpp"
#include "store/rebuild.hpp"
#include "store/state.hpp"

namespace damask {

class PatternStore::Impl {
 public:
  explicit Impl(std::unique_ptr<StoreState> s) noexcept : state(std::move(s)) {}

  /// The error of a call that must not be made while patterns are staged.
  Result<void> refuseStaged(const char* call) const {
    const std::size_t staged = state->records.staged().size();
    if (staged == 0) return {};
    return fail(ErrorCode::invalidState, std::string(call) + " is refused with " +
                                             std::to_string(staged) +
                                             " staged: commit or discard what is staged first");
  }

  /// Makes a change that a journal holds.
  static Result<void> make(PatternStore& store, const journal::Change& change);

  std::unique_ptr<StoreState> state;
  std::optional<Rebuild> rebuild;
  std::optional<SnapshotId> origin;  ///< What the store was opened from.
  std::optional<JournalRecorder> journal;
};

}  // namespace damask
