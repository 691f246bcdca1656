#include "memory_system.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace damask::testing {
namespace {

constexpr std::size_t kDirectory = 6;  // "/store"

std::string nameOf(const std::string& path) {
  return path.size() > kDirectory ? path.substr(kDirectory + 1) : std::string();
}

int failWith(int error) {
  errno = error;
  return -1;
}

void syncFile(MemoryFile& file) {
  for (auto& change : file.pending) change.durable = change.durable || !change.lost;
  const auto isDurable = [](const MemoryFile::Change& change) { return change.durable; };
  if (!std::all_of(file.pending.begin(), file.pending.end(), isDurable)) return;
  file.durable = file.bytes;
  file.pending.clear();
}

void syncEntries(Disk& disk) {
  std::vector<Disk::Change> left;
  for (const Disk::Change& change : disk.pending) {
    if (change.lost) {
      left.push_back(change);
    } else if (change.file == nullptr) {
      disk.durable.erase(change.name);
    } else {
      disk.durable[change.name] = change.file;
    }
  }
  disk.pending = std::move(left);
}

}  // namespace

Disk::Disk(const Image& image) {
  for (const auto& [name, bytes] : image) {
    const auto file = std::make_shared<MemoryFile>();
    file->durable = file->bytes = bytes;
    entries[name] = durable[name] = file;
  }
}

MemorySystem::MemorySystem(Disk& disk, int boot) : disk_(disk), boot_(boot) {
  disk.lives.push_back(true);
  pid_ = disk.lives.size();
}

posix::Machine MemorySystem::machine() const {
  return {static_cast<std::int64_t>(pid_), "1", std::to_string(boot_), "a machine",
          [this](std::int64_t pid, const std::string&) {
            return disk_.lives[static_cast<std::size_t>(pid) - 1];
          }};
}

int MemorySystem::call(const char* name, bool grows, const std::function<int()>& work,
                       const std::function<void()>& lose) {
  calls.emplace_back(name);
  if (onBoundary && !killed_) onBoundary();
  const std::size_t number = calls.size();
  if (killAt && number >= *killAt && !killed_) {
    killed_ = true;
    disk_.lives[pid_ - 1] = false;
  }
  if (killed_) return failWith(EIO);
  const bool lasting = faultError == ENOSPC && grows && faultAt && number > *faultAt;
  if (number == faultAt || lasting) {
    if (fault == Fault::after && !lasting) work();
    if (lose) lose();
    if (onBoundary) onBoundary();
    return failWith(faultError);
  }
  const int result = work();
  const int error = errno;
  if (onBoundary) onBoundary();
  errno = error;
  return result;
}

FilePointer MemorySystem::find(const std::string& path) const {
  const auto found = disk_.entries.find(nameOf(path));
  return found == disk_.entries.end() ? nullptr : found->second;
}

void MemorySystem::set(const std::string& path, FilePointer file) {
  const std::string name = nameOf(path);
  if (file == nullptr) {
    disk_.entries.erase(name);
  } else {
    disk_.entries[name] = file;
  }
  disk_.pending.push_back({name, std::move(file)});
}

int MemorySystem::open(const std::string& path, int flags, unsigned) {
  const bool creates = (flags & O_CREAT) != 0;
  return call("open", creates, [&] {
    FilePointer file;
    if (path != kPlace) {
      file = find(path);
      if (creates && file != nullptr) return failWith(EEXIST);
      if (!creates && file == nullptr) return failWith(ENOENT);
      if (creates) set(path, file = std::make_shared<MemoryFile>());
    }
    open_.push_back({file, (flags & O_WRONLY) != 0});
    return static_cast<int>(open_.size()) - 1;
  });
}

int MemorySystem::close(int fd) {
  open_[static_cast<std::size_t>(fd)] = {};
  return 0;
}

ssize_t MemorySystem::write(int fd, const std::byte* bytes, std::size_t count) {
  const Open& open = open_[static_cast<std::size_t>(fd)];
  const auto add = [&](std::size_t some) {
    if (!open.writable) return failWith(EBADF);
    MemoryFile& file = *open.file;
    file.pending.push_back({file.bytes.size(), Bytes(bytes, bytes + some), {}, false, false});
    file.bytes.insert(file.bytes.end(), bytes, bytes + some);
    return static_cast<int>(some);
  };
  if (fault == Fault::shortWrite && faultAt == calls.size() + 1) {
    faultAt.reset();
    const int written = call("write", true, [&] { return add((count + 1) / 2); });
    // The rest of it fails, unless it was only cut short.
    fault = Fault::before;
    if (faultError != 0) faultAt = calls.size() + 1;
    return written;
  }
  return call("write", true, [&] { return add(count); });
}

int MemorySystem::syncOf(const char* name, int fd) {
  const FilePointer file = open_[static_cast<std::size_t>(fd)].file;
  return call(
      name, true,
      [&] {
        file != nullptr ? syncFile(*file) : syncEntries(disk_);
        return 0;
      },
      [&] {
        if (faultError == EINTR) return;
        if (file == nullptr) {
          for (auto& change : disk_.pending) change.lost = true;
        } else {
          for (auto& change : file->pending) change.lost = true;
        }
      });
}

int MemorySystem::fsync(int fd) {
  return syncOf("fsync", fd);
}
int MemorySystem::fdatasync(int fd) {
  return syncOf("fdatasync", fd);
}

int MemorySystem::ftruncate(int fd, std::uint64_t size) {
  return call("ftruncate", false, [&] {
    MemoryFile& file = *open_[static_cast<std::size_t>(fd)].file;
    file.pending.push_back({0, {}, size, false, false});
    file.bytes.resize(size);
    return 0;
  });
}

int MemorySystem::link(const std::string& from, const std::string& to) {
  return call("link", true, [&] {
    const FilePointer file = find(from);
    if (file == nullptr) return failWith(ENOENT);
    if (find(to) != nullptr) return failWith(EEXIST);
    set(to, file);
    return 0;
  });
}

int MemorySystem::rename(const std::string& from, const std::string& to) {
  return call("rename", true, [&] {
    const FilePointer file = find(from);
    if (file == nullptr) return failWith(ENOENT);
    set(to, file);
    set(from, nullptr);
    return 0;
  });
}

int MemorySystem::unlink(const std::string& path) {
  return call("unlink", false, [&] {
    if (find(path) == nullptr) return failWith(ENOENT);
    set(path, nullptr);
    return 0;
  });
}

int MemorySystem::mkdir(const std::string&) {
  return failWith(EEXIST);
}

int MemorySystem::lstat(const std::string& path, struct stat& status) {
  return call("lstat", false, [&] {
    status = {};
    status.st_mtime = std::time(nullptr);
    status.st_mode = S_IFDIR;
    if (path == kPlace) return 0;
    const FilePointer file = find(path);
    if (file == nullptr) return failWith(ENOENT);
    status.st_mode = S_IFREG;
    status.st_size = static_cast<off_t>(file->bytes.size());
    return 0;
  });
}

Result<posix::FileBytes> MemorySystem::read(const std::string& path, bool) {
  const FilePointer file = find(path);
  const int result = call("read", false, [&] { return file == nullptr ? failWith(ENOENT) : 0; });
  if (result != 0) return tl::make_unexpected(posix::systemError("read", path, errno));
  return posix::FileBytes(Bytes(file->bytes));
}

Result<std::vector<std::string>> MemorySystem::list(const std::string& path) {
  std::vector<std::string> names;
  const int result = call("list", false, [&] {
    for (const auto& [name, file] : disk_.entries) names.push_back(name);
    return 0;
  });
  if (result != 0) return tl::make_unexpected(posix::systemError("list", path, errno));
  return names;
}

Result<std::string> MemorySystem::resolve(const std::string& path) {
  return path;
}

}  // namespace damask::testing
