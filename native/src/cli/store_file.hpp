#pragma once

#include <optional>
#include <string>

#include "damask/pattern_store.hpp"
#include "directory_lock.hpp"
#include "failure.hpp"
#include "posix_replace.hpp"
#include "store_writer.hpp"

namespace damask::cli {

/// Whether `path` means a directory that keeps a store, not a snapshot file: a directory is there,
/// or nothing is and the name ends with a slash.
bool meansDirectory(const std::string& path);

/// Opens the store in `path`: a snapshot file, or a directory.
Outcome<PatternStore> loadStore(const std::string& path);
/// The same as it was at a sequence, if one is given: of a directory, as far as it reaches back.
Outcome<PatternStore> loadStoreAt(const std::string& path, std::optional<std::uint64_t> sequence);

/// A store with the place where its changes go. No other process writes there meanwhile: whoever
/// tries gets an error.
class WritableStore {
 public:
  /// The store that is there.
  static Outcome<WritableStore> open(const std::string& path);
  /// A new one for `path`, which is written by save() alone. Only a file can be replaced.
  static Outcome<WritableStore> create(const std::string& path, posix::Existing existing,
                                       PatternStore store);
  /// What create() and save() would refuse of the place, by what is there now: before long work.
  static Outcome<void> checkPlace(const std::string& path, posix::Existing existing);

  PatternStore& store() noexcept { return store_; }
  /// Makes all changes durable in one step: a reader sees the old store or the new one.
  Outcome<void> save();

 private:
  WritableStore(std::string path, PatternStore store) noexcept
      : path_(std::move(path)), store_(std::move(store)) {}
  Outcome<void> saveFile() const;

  std::string path_;
  PatternStore store_;
  std::optional<posix::DirectoryLock> directoryLock_;
  std::optional<posix::StoreWriter> writer_;  ///< Of a directory that is there.
  std::optional<posix::WriteLock> fileLock_;  ///< Of a file that is there.
  posix::Existing existing_ = posix::Existing::replace;
};

}  // namespace damask::cli
