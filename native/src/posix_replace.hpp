#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "damask/error.hpp"
#include "posix_file.hpp"

namespace damask::posix {

/// What to do when the file to be written is there already.
enum class Existing {
  refuse,   ///< An error, also when it appears between the check and the commit.
  replace,  ///< It is replaced in one step and keeps its permissions.
};

/// The file that `path` leads to: itself, or what it links to. Refuses directories, devices and
/// links that lead nowhere; a plain name without a file is fine. Under Existing::refuse a file that
/// exists is an error, and so is a directory that cannot be written to: call it before long work.
Result<std::string> resolveTarget(const std::string& path, Existing existing);

/// Writes a file that appears whole or not at all: into a temporary file beside it, which commit()
/// syncs and renames; then the directory is synced. Dropped without a commit it leaves nothing.
class ReplacementFile {
 public:
  static Result<ReplacementFile> create(const std::string& path, Existing existing);

  ReplacementFile(ReplacementFile&& other) noexcept;
  ReplacementFile& operator=(ReplacementFile&&) = delete;
  ~ReplacementFile();

  Result<void> write(std::span<const std::byte> bytes);
  /// After an error the target is as it was, unless the error is of syncing the directory: then it
  /// is replaced but may be the old one again after a power cut.
  Result<void> commit();

 private:
  ReplacementFile(std::string target, std::string temporary, Existing existing, Descriptor fd);

  std::string target_;
  std::string temporary_;  ///< Empty once there is nothing to remove.
  Existing existing_;
  Descriptor fd_;
};

/// Keeps other writers away from a file that exists, until dropped or the process ends. Not
/// waiting: a file that another process is writing is an error.
class WriteLock {
 public:
  static Result<WriteLock> acquire(const std::string& path);

 private:
  explicit WriteLock(Descriptor fd) noexcept : fd_(std::move(fd)) {}

  Descriptor fd_;
};

}  // namespace damask::posix
