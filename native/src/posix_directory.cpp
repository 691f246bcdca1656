#include "posix_directory.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace damask::posix {
namespace {

constexpr std::time_t kAbandonedSeconds = 3600;

/// mkdir -p; a directory that is new is durable once its parent is.
Result<void> makeDirectory(System& system, const std::string& path) {
  const std::string parent = directoryOf(path);
  int made = system.mkdir(path);
  if (made != 0 && errno == ENOENT && parent != path) {
    if (auto above = makeDirectory(system, parent); !above) return above;
    made = system.mkdir(path);
  }
  if (made != 0 && errno == EEXIST) return {};
  if (made != 0) return tl::make_unexpected(systemError("make the directory", path, errno));
  return syncDirectory(system, parent);
}

}  // namespace

Result<Directory> Directory::open(const std::string& path, System& system) {
  auto real = system.resolve(path);
  if (!real) return tl::make_unexpected(real.error());
  struct stat status {};
  if (system.lstat(*real, status) != 0) {
    return tl::make_unexpected(systemError("open the directory", path, errno));
  }
  if (!S_ISDIR(status.st_mode)) {
    return tl::make_unexpected(systemError("open the directory", path, ENOTDIR));
  }
  return Directory(std::move(*real), system);
}

Result<Directory> Directory::make(const std::string& path, System& system) {
  const std::size_t end = path.find_last_not_of('/');
  const auto made =
      makeDirectory(system, end == std::string::npos ? path : path.substr(0, end + 1));
  if (!made) return tl::make_unexpected(made.error());
  return open(path, system);
}

Result<std::vector<StoreName>> Directory::list() const {
  const auto entries = system_->list(path_);
  if (!entries) return tl::make_unexpected(entries.error());
  std::vector<StoreName> names;
  for (const std::string& entry : *entries) {
    if (const auto name = StoreName::parse(entry)) names.push_back(*name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::optional<FileBytes>> Directory::read(const StoreName& name) const {
  const std::string path = pathOf(name);
  auto file = system_->read(path, !name.isSnapshot());
  if (file) return std::optional<FileBytes>(std::move(*file));
  struct stat status {};
  if (system_->lstat(path, status) != 0 && errno == ENOENT) return std::optional<FileBytes>();
  if (S_ISLNK(status.st_mode)) {
    return fail(ErrorCode::io, "cannot read " + path + ": it is a symbolic link");
  }
  return tl::make_unexpected(file.error());
}

Result<std::uint64_t> Directory::sizeOf(const StoreName& name) const {
  struct stat status {};
  if (system_->lstat(pathOf(name), status) != 0) {
    return tl::make_unexpected(systemError("examine", pathOf(name), errno));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Result<bool> Directory::create(const StoreName& name,
                               const std::function<Result<void>(const ByteSink&)>& write) const {
  const std::string path = pathOf(name);
  auto created =
      createWhole(*system_, path, path + ".tmp-" + randomDigits(), [&](SystemFile& file) {
        return write([&file](std::span<const std::byte> bytes) { return file.write(bytes); });
      });
  if (!created || !*created) return created;
  if (auto synced = syncDirectory(*system_, path_); !synced) {
    static_cast<void>(removeFile(*system_, path));
    return tl::make_unexpected(synced.error());
  }
  return true;
}

Result<void> Directory::append(const StoreName& name, std::span<const std::byte> bytes) const {
  const auto size = sizeOf(name);
  if (!size) return tl::make_unexpected(size.error());
  auto file = SystemFile::open(*system_, pathOf(name), O_WRONLY | O_APPEND | O_NOFOLLOW);
  if (!file) return tl::make_unexpected(file.error());
  auto added = file->write(bytes);
  if (added) added = file->sync(false);
  // After a failed sync the system may show bytes that it never writes: nobody may go on behind
  // them.
  if (!added) static_cast<void>(file->truncate(*size));
  return added;
}

Result<void> Directory::retract(const StoreName& name, std::uint64_t bytes) const {
  const auto size = sizeOf(name);
  if (!size) return tl::make_unexpected(size.error());
  auto file = SystemFile::open(*system_, pathOf(name), O_WRONLY | O_NOFOLLOW);
  if (!file) return tl::make_unexpected(file.error());
  if (auto cut = file->truncate(*size - bytes); !cut) return cut;
  return file->sync(false);
}

Result<void> Directory::settle(const StoreName& name) const {
  auto file = SystemFile::open(*system_, pathOf(name), O_RDONLY | O_NOFOLLOW);
  if (!file) return tl::make_unexpected(file.error());
  if (auto synced = file->sync(); !synced) return synced;
  return syncDirectory(*system_, path_);
}

Result<void> Directory::remove(const StoreName& name) const {
  return removeFile(*system_, pathOf(name));
}

void Directory::removeAbandoned() const {
  const auto entries = system_->list(path_);
  if (!entries) return;
  for (const std::string& entry : *entries) {
    const std::string path = path_ + "/" + entry;
    struct stat status {};
    if (!isAside(entry) || system_->lstat(path, status) != 0) continue;
    if (std::time(nullptr) - status.st_mtime > kAbandonedSeconds) {
      static_cast<void>(removeFile(*system_, path));
    }
  }
}

}  // namespace damask::posix
