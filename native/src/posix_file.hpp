#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "damask/error.hpp"

namespace damask::posix {

/// An Error{io} of the form "cannot open /some/path: No such file or directory", from errno.
Error systemError(const char* action, const std::string& path, int error);

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  int get() const noexcept { return fd_; }
  int release() noexcept;
  /// Closes; the result is close()'s, for those who wrote.
  int reset() noexcept;

 private:
  int fd_;
};

/// open() with O_CLOEXEC, begun again after EINTR.
Result<Descriptor> openFile(const std::string& path, int flags, unsigned mode = 0);

/// Writes all of it, however many short or interrupted writes that takes.
Result<void> writeAll(int fd, std::span<const std::byte> bytes, const std::string& path);

/// fsync(), begun again after EINTR.
Result<void> sync(int fd, const std::string& path);

/// Makes what was made, renamed or removed in a directory durable.
Result<void> syncDirectory(const std::string& directory);

/// The directory that the last name of `path` is in.
std::string directoryOf(const std::string& path);

/// The whole content of a file: mapped read-only when it is one that does not change, read
/// otherwise. A mapped file must not be truncated by others meanwhile (files that damask replaces
/// are renamed over, so a reader keeps the old content).
class FileBytes {
 public:
  enum class Accept {
    linklessFile,  ///< A regular file that is no symbolic link: for what is in a store's directory.
    changingFile,  ///< The same, never mapped: for journals, which are written to and cut.
    regularFile,   ///< Anything else is an error: for stores.
    stream,        ///< Pipes and devices too: for input data.
  };

  static Result<FileBytes> read(const std::string& path, Accept accept);
  /// Everything up to the end of an open descriptor, such as standard input. Allocates at most
  /// twice that and 1 MiB.
  static Result<FileBytes> drain(int fd, const std::string& name);

  /// What was read otherwise.
  explicit FileBytes(std::vector<std::byte> bytes) noexcept : read_(std::move(bytes)) {}
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&& other) noexcept;
  ~FileBytes();

  std::span<const std::byte> bytes() const noexcept;

 private:
  FileBytes() = default;

  /// Page by page from the end: of a file that is written to from front to back meanwhile nothing
  /// is seen without what was written before it.
  static Result<FileBytes> readBackwards(int fd, const std::string& name, std::size_t size);

  void* mapping_ = nullptr;
  std::size_t mappedBytes_ = 0;
  std::vector<std::byte> read_;
};

}  // namespace damask::posix
