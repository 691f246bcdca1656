#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "machine.hpp"
#include "system.hpp"

namespace damask::testing {

using Bytes = std::vector<std::byte>;
/// The files of a directory.
using Image = std::map<std::string, Bytes>;

/// A file: what is durable, and the changes since, in order, of which any part may be there.
struct MemoryFile {
  struct Change {
    std::uint64_t offset = 0;
    Bytes bytes;
    std::optional<std::uint64_t> size;  ///< A cut instead.
    bool durable = false;
    bool lost = false;  ///< By a sync that failed: no later one writes it.
  };
  Bytes durable, bytes;
  std::vector<Change> pending;
};
using FilePointer = std::shared_ptr<MemoryFile>;

/// A machine with one directory, /store: its entries as they are, as they are durable, and the
/// changes since.
struct Disk {
  struct Change {
    std::string name;
    FilePointer file;  ///< None: it was removed.
    bool lost = false;
  };
  explicit Disk(const Image& image = {});

  std::map<std::string, FilePointer> entries, durable;
  std::vector<Change> pending;
  std::vector<bool> lives;  ///< By process, numbered from 1.
};

/// How a call fails.
enum class Fault {
  before,      ///< Without having done anything.
  after,       ///< Having done its work.
  shortWrite,  ///< A write, after half of it; the next one fails.
};

/// What one process sees of a Disk.
class MemorySystem final : public posix::System {
 public:
  explicit MemorySystem(Disk& disk, int boot = 1);
  ~MemorySystem() { disk_.lives[pid_ - 1] = false; }
  MemorySystem(const MemorySystem&) = delete;
  MemorySystem& operator=(const MemorySystem&) = delete;

  /// Called before and after each call that may change something or make it durable.
  std::function<void()> onBoundary;
  /// Calls so far that can fail, and their names.
  std::vector<std::string> calls;
  /// From this call on the process is dead: it fails, and so do all after it, doing nothing.
  std::optional<std::size_t> killAt;
  /// The call that fails once, how and with which errno; ENOSPC lasts for every call that needs
  /// space.
  std::optional<std::size_t> faultAt;
  Fault fault = Fault::before;
  int faultError = 0;

  bool isKilled() const noexcept { return killed_; }
  posix::Machine machine() const;

  int open(const std::string& path, int flags, unsigned mode) override;
  int close(int fd) override;
  ssize_t write(int fd, const std::byte* bytes, std::size_t count) override;
  int fsync(int fd) override;
  int fdatasync(int fd) override;
  int ftruncate(int fd, std::uint64_t size) override;
  int link(const std::string& from, const std::string& to) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int mkdir(const std::string& path) override;
  int lstat(const std::string& path, struct stat& status) override;
  Result<posix::FileBytes> read(const std::string& path, bool mayChange) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::string> resolve(const std::string& path) override;

 private:
  struct Open {
    FilePointer file;  ///< None: the directory.
    bool writable = false;
  };

  /// Does the call's work, or fails; `grows` when it needs space, `lose` is what a failed sync
  /// does.
  int call(const char* name, bool grows, const std::function<int()>& work,
           const std::function<void()>& lose = {});
  int syncOf(const char* name, int fd);
  FilePointer find(const std::string& path) const;
  void set(const std::string& path, FilePointer file);

  Disk& disk_;
  int boot_;
  std::size_t pid_;
  bool killed_ = false;
  std::vector<Open> open_;
};

inline constexpr const char* kPlace = "/store";

}  // namespace damask::testing
