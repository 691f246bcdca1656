#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "durable/journal_format.hpp"

namespace damask {

/// Collects the changes of a store, encoded, until they are taken as a frame.
///
/// A change is encoded before it is made, and recorded, which cannot fail, after it was made: what
/// is recorded was done, and what was done is recorded.
class JournalRecorder {
 public:
  using Encoded =
      std::list<std::vector<std::byte>>;  // of at most one element; splicing never fails

  /// Continues a journal from the store's present sequence.
  JournalRecorder(const journal::Header& header, std::uint64_t sequence)
      : header_(header), taken_(sequence) {}

  const journal::Header& header() const noexcept { return header_; }
  bool isEmpty() const noexcept { return pending_.empty(); }
  /// Nothing is collected any more: what is torn at a journal's end must not be followed.
  void end() noexcept { ended_ = true; }
  bool isEnded() const noexcept { return ended_; }

  void record(Encoded&& change) noexcept {
    if (!ended_) pending_.splice(pending_.end(), change);
  }
  void recordStaged(Encoded&& change) noexcept {
    if (!ended_) staged_.splice(staged_.end(), change);
  }
  void commitStaged() noexcept { pending_.splice(pending_.end(), staged_); }
  void discardStaged() noexcept { staged_.clear(); }

  /// What was recorded since the last time, as one frame; nothing when nothing was. `sequence` is
  /// the store's, `synced` as journal::encodeFrame has it. Throws std::bad_alloc, with no effect.
  std::vector<std::byte> take(std::uint64_t sequence, std::uint64_t synced);

 private:
  journal::Header header_;
  std::uint64_t taken_;  ///< The store's sequence when something was last taken.
  Encoded pending_;
  Encoded staged_;
  bool ended_ = false;
};

}  // namespace damask
