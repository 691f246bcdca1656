#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "posix_file.hpp"

namespace damask::posix {

/// What a store's directory asks of the operating system: each call as POSIX has it, with -1 and
/// errno, or with an error. Tests put another in its place, which fails or loses power.
class System {
 public:
  /// The one that there is.
  static System& real() noexcept;

  virtual int open(const std::string& path, int flags, unsigned mode);
  virtual int close(int fd);
  virtual ssize_t write(int fd, const std::byte* bytes, std::size_t count);
  virtual int fsync(int fd);
  virtual int fdatasync(int fd);
  virtual int ftruncate(int fd, std::uint64_t size);
  virtual int link(const std::string& from, const std::string& to);
  virtual int rename(const std::string& from, const std::string& to);
  virtual int unlink(const std::string& path);
  virtual int mkdir(const std::string& path);
  virtual int lstat(const std::string& path, struct stat& status);
  /// A regular file that is no link; mapped unless it may change.
  virtual Result<FileBytes> read(const std::string& path, bool mayChange);
  /// The names in a directory.
  virtual Result<std::vector<std::string>> list(const std::string& path);
  /// An absolute path without links.
  virtual Result<std::string> resolve(const std::string& path);

 protected:
  ~System() = default;
};

/// An open file of a System, which closes itself.
class SystemFile {
 public:
  /// open(), begun again after EINTR.
  static Result<SystemFile> open(System& system, std::string path, int flags, unsigned mode = 0);
  SystemFile(SystemFile&& other) noexcept;
  SystemFile& operator=(SystemFile&&) = delete;
  ~SystemFile();

  /// All of it, however many short or interrupted writes that takes.
  Result<void> write(std::span<const std::byte> bytes);
  /// The file's bytes are durable, and with `whole` all else of it. Begun again after EINTR alone:
  /// what could not be synced may be gone for good.
  Result<void> sync(bool whole = true);
  Result<void> truncate(std::uint64_t size);
  /// After a sync nothing can get lost by closing.
  void close() noexcept;

 private:
  SystemFile(System& system, std::string path, int fd) noexcept
      : system_(&system), path_(std::move(path)), fd_(fd) {}

  System* system_;
  std::string path_;
  int fd_;
};

/// Makes what was made, renamed or removed in a directory durable.
Result<void> syncDirectory(System& system, const std::string& directory);

/// unlink(), begun again after EINTR; a file that is not there is none to remove.
Result<void> removeFile(System& system, const std::string& path);

/// rename(), begun again after EINTR; false when there is no such file.
Result<bool> renameFile(System& system, const std::string& from, const std::string& to);

/// Makes a file of what `write` gives, by way of `aside`: there whole and synced, or not at all;
/// durable when its directory is synced. False when the name is taken.
Result<bool> createWhole(System& system, const std::string& path, const std::string& aside,
                         const std::function<Result<void>(SystemFile&)>& write);

/// 16 hex digits, for names aside.
std::string randomDigits();

}  // namespace damask::posix
