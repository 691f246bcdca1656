#pragma once

#include <optional>
#include <string>

#include "lock_text.hpp"
#include "machine.hpp"
#include "posix_directory.hpp"

namespace damask::posix {

/// The lock of a store's directory: the file writer.lock, made exclusively, that says whose it is.
/// docs/storage.md has the protocol, which js/src/storage/lock_directory.ts keeps as well. One that
/// a dead process has left is taken away. Given back when it is destroyed.
class DirectoryLock {
 public:
  /// Errors: locked (another has it, whom the sentence names), io.
  static Result<DirectoryLock> acquire(const Directory& directory,
                                       const Machine& machine = Machine::current());

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  DirectoryLock(Directory directory, LockHolder mine)
      : directory_(std::move(directory)), mine_(std::move(mine)) {}

  std::optional<Directory> directory_;  ///< None when it was moved from.
  LockHolder mine_;
};

/// Removes a lock whose holder does not live, and with `force` any other; gives whose it was, or
/// none when there is no lock. Errors: locked (the holder lives, or may, or what is there is no
/// lock), io.
Result<std::optional<LockHolder>> unlock(const Directory& directory, bool force,
                                         const Machine& machine = Machine::current());

}  // namespace damask::posix
