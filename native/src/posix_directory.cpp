#include "posix_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>

namespace damask::posix {
namespace {

constexpr std::time_t kAbandonedSeconds = 3600;

/// The names of everything in a directory.
Result<std::vector<std::string>> entriesOf(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return tl::make_unexpected(systemError("list", path, error.value()));
  return names;
}

/// mkdir -p; a directory that is new is durable once its parent is.
Result<void> makeDirectory(const std::string& path) {
  const std::string parent = directoryOf(path);
  int made = ::mkdir(path.c_str(), 0777);
  if (made != 0 && errno == ENOENT && parent != path) {
    if (auto above = makeDirectory(parent); !above) return above;
    made = ::mkdir(path.c_str(), 0777);
  }
  if (made != 0 && errno == EEXIST) return {};
  if (made != 0) return tl::make_unexpected(systemError("make the directory", path, errno));
  return syncDirectory(parent);
}

std::string randomDigits() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

/// A name that is removed again.
struct AsideName {
  std::string path;
  ~AsideName() { ::unlink(path.c_str()); }
};

}  // namespace

Result<Directory> Directory::open(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) return tl::make_unexpected(systemError("open the directory", path, errno));
  struct stat status {};
  if (::stat(real.get(), &status) != 0) {
    return tl::make_unexpected(systemError("open the directory", path, errno));
  }
  if (!S_ISDIR(status.st_mode)) {
    return tl::make_unexpected(systemError("open the directory", path, ENOTDIR));
  }
  return Directory(real.get());
}

Result<Directory> Directory::make(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  const auto made = makeDirectory(end == std::string::npos ? path : path.substr(0, end + 1));
  if (!made) return tl::make_unexpected(made.error());
  return open(path);
}

Result<std::vector<StoreName>> Directory::list() const {
  const auto entries = entriesOf(path_);
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
  auto file = FileBytes::read(path, FileBytes::Accept::linklessFile);
  if (file) return std::optional<FileBytes>(std::move(*file));
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::optional<FileBytes>();
  if (S_ISLNK(status.st_mode)) {
    return fail(ErrorCode::io, "cannot read " + path + ": it is a symbolic link");
  }
  return tl::make_unexpected(file.error());
}

Result<std::uint64_t> Directory::sizeOf(const StoreName& name) const {
  struct stat status {};
  if (::lstat(pathOf(name).c_str(), &status) != 0) {
    return tl::make_unexpected(systemError("examine", pathOf(name), errno));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Result<bool> Directory::create(const StoreName& name,
                               const std::function<Result<void>(const ByteSink&)>& write) const {
  const std::string path = pathOf(name);
  const AsideName aside{path + ".tmp-" + randomDigits()};
  auto fd = openFile(aside.path, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!fd) return tl::make_unexpected(fd.error());
  const auto written = write(
      [&](std::span<const std::byte> bytes) { return writeAll(fd->get(), bytes, aside.path); });
  if (!written) return tl::make_unexpected(written.error());
  if (auto synced = sync(fd->get(), aside.path); !synced) {
    return tl::make_unexpected(synced.error());
  }
  if (fd->reset() != 0) return tl::make_unexpected(systemError("close", aside.path, errno));
  // link() makes the whole file visible at once, and fails when the name is taken.
  if (::link(aside.path.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) return false;
    return tl::make_unexpected(systemError("create", path, errno));
  }
  if (auto synced = syncDirectory(path_); !synced) {
    ::unlink(path.c_str());
    return tl::make_unexpected(synced.error());
  }
  return true;
}

Result<void> Directory::append(const StoreName& name, std::span<const std::byte> bytes) const {
  const std::string path = pathOf(name);
  const auto fd = openFile(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  if (!fd) return tl::make_unexpected(fd.error());
  if (auto written = writeAll(fd->get(), bytes, path); !written) return written;
  // Not retried but for EINTR: what could not be synced may be gone for good.
  while (::fdatasync(fd->get()) != 0) {
    if (errno != EINTR) return tl::make_unexpected(systemError("sync", path, errno));
  }
  return {};
}

Result<void> Directory::settle(const StoreName& name) const {
  const auto fd = openFile(pathOf(name), O_RDONLY | O_NOFOLLOW);
  if (!fd) return tl::make_unexpected(fd.error());
  if (auto synced = sync(fd->get(), pathOf(name)); !synced) return synced;
  return syncDirectory(path_);
}

Result<void> Directory::remove(const StoreName& name) const {
  if (::unlink(pathOf(name).c_str()) == 0 || errno == ENOENT) return {};
  return tl::make_unexpected(systemError("remove", pathOf(name), errno));
}

void Directory::removeAbandoned() const {
  const auto entries = entriesOf(path_);
  if (!entries) return;
  for (const std::string& entry : *entries) {
    const std::string path = path_ + "/" + entry;
    struct stat status {};
    if (!isAside(entry) || ::lstat(path.c_str(), &status) != 0) continue;
    if (std::time(nullptr) - status.st_mtime > kAbandonedSeconds) ::unlink(path.c_str());
  }
}

}  // namespace damask::posix
