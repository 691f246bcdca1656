#pragma once

#include <optional>
#include <vector>

#include "store_directory.hpp"

namespace damask::posix {

/// When a journal is long enough for a snapshot to take its place.
struct JournalLimits {
  std::uint64_t bytes = 4u << 20;   ///< And more than
  std::uint64_t snapshotShare = 4;  ///< the snapshot divided by this;
  std::uint32_t parts = 256;        ///< or so many parts.
};

/// Keeps the changes of a store in its directory, by the protocol of docs/storage.md: one writer at
/// a time; of two, one gets an error, and nothing that was acknowledged to either is lost.
class StoreWriter {
 public:
  /// Goes on where a store was loaded from; the changes since are written first.
  StoreWriter(Directory directory, const LoadedStore& loaded, JournalLimits limits = {});
  /// Begins in a directory that holds no store.
  explicit StoreWriter(Directory directory, JournalLimits limits = {}) noexcept
      : directory_(std::move(directory)), limits_(limits) {}

  /// Makes all changes of the store durable: those since the last call, as one frame of its journal
  /// or, when that has grown long, in a snapshot of the next generation. After an error the writer
  /// is of no more use: each further call returns the same.
  Result<void> write(PatternStore& store);

 private:
  /// A journal that this session may go on with.
  struct Journal {
    JournalEnd end;
    bool own = false;  ///< Its last part is of this session.
  };

  Result<void> writeChanges(PatternStore& store);
  Result<void> append(std::span<const std::byte> frame);
  Result<void> appendToOwnPart(std::span<const std::byte> frame);
  bool wasSeen() const;
  Result<void> appendNewPart(std::span<const std::byte> frame);
  Result<void> takeBackPart(const StoreName& part) const;
  Result<void> beginGeneration(PatternStore& store);
  Result<void> commitSnapshot(const StoreName& name, const PatternStore& store);
  Result<void> checkUnchanged(const std::optional<StoreName>& ours) const;
  Result<void> checkNothingAfter(const StoreName& last) const;
  void removeOld() const;
  bool isLong(std::uint64_t size, std::uint32_t parts) const;

  Directory directory_;
  JournalLimits limits_;
  std::optional<Journal> journal_;    ///< None: the next write begins a generation.
  std::vector<JournalEnd> journals_;  ///< What was read and is not of this session.
  StoreName lastFile_;                ///< The last file that is known; generation 0 for none.
  std::uint64_t snapshotBytes_ = 0;
  bool collecting_ = false;  ///< The store has changes for takeJournal().
  std::optional<Error> failure_;
};

}  // namespace damask::posix
