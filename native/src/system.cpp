#include "system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>
#include <utility>

namespace damask::posix {
namespace {

/// What `call` gives, begun again while a signal has interrupted it.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// A name that is removed again.
struct AsideName {
  System& system;
  const std::string& path;
  ~AsideName() {
    uninterrupted([this] { return system.unlink(path); });
  }
};

}  // namespace

System& System::real() noexcept {
  static System system;
  return system;
}

int System::open(const std::string& path, int flags, unsigned mode) {
  return ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode));
}
int System::close(int fd) {
  return ::close(fd);
}
ssize_t System::write(int fd, const std::byte* bytes, std::size_t count) {
  return ::write(fd, bytes, count);
}
int System::fsync(int fd) {
  return ::fsync(fd);
}
int System::fdatasync(int fd) {
  return ::fdatasync(fd);
}
int System::ftruncate(int fd, std::uint64_t size) {
  return ::ftruncate(fd, static_cast<off_t>(size));
}
int System::link(const std::string& from, const std::string& to) {
  return ::link(from.c_str(), to.c_str());
}
int System::rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str());
}
int System::unlink(const std::string& path) {
  return ::unlink(path.c_str());
}
int System::mkdir(const std::string& path) {
  return ::mkdir(path.c_str(), 0777);
}
int System::lstat(const std::string& path, struct stat& status) {
  return ::lstat(path.c_str(), &status);
}
Result<FileBytes> System::read(const std::string& path, bool mayChange) {
  using enum FileBytes::Accept;
  return FileBytes::read(path, mayChange ? changingFile : linklessFile);
}

Result<std::vector<std::string>> System::list(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return tl::make_unexpected(systemError("list", path, error.value()));
  return names;
}

Result<std::string> System::resolve(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) return tl::make_unexpected(systemError("open the directory", path, errno));
  return std::string(real.get());
}

Result<SystemFile> SystemFile::open(System& system, std::string path, int flags, unsigned mode) {
  const int fd = uninterrupted([&] { return system.open(path, flags, mode); });
  if (fd < 0) return tl::make_unexpected(systemError("open", path, errno));
  return SystemFile(system, std::move(path), fd);
}

SystemFile::SystemFile(SystemFile&& other) noexcept
    : system_(other.system_), path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

SystemFile::~SystemFile() {
  close();
}

void SystemFile::close() noexcept {
  // Never retried: on Linux the descriptor is gone even after EINTR.
  if (fd_ >= 0) system_->close(std::exchange(fd_, -1));
}

Result<void> SystemFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        uninterrupted([&] { return system_->write(fd_, bytes.data(), bytes.size()); });
    if (written < 0) return tl::make_unexpected(systemError("write", path_, errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> SystemFile::sync(bool whole) {
  const int synced =
      uninterrupted([&] { return whole ? system_->fsync(fd_) : system_->fdatasync(fd_); });
  if (synced != 0) return tl::make_unexpected(systemError("sync", path_, errno));
  return {};
}

Result<void> SystemFile::truncate(std::uint64_t size) {
  if (uninterrupted([&] { return system_->ftruncate(fd_, size); }) == 0) return {};
  return tl::make_unexpected(systemError("cut", path_, errno));
}

Result<void> syncDirectory(System& system, const std::string& directory) {
  auto file = SystemFile::open(system, directory, O_RDONLY | O_DIRECTORY);
  if (!file) return tl::make_unexpected(file.error());
  return file->sync();
}

Result<void> removeFile(System& system, const std::string& path) {
  if (uninterrupted([&] { return system.unlink(path); }) == 0 || errno == ENOENT) return {};
  return tl::make_unexpected(systemError("remove", path, errno));
}

Result<bool> renameFile(System& system, const std::string& from, const std::string& to) {
  if (uninterrupted([&] { return system.rename(from, to); }) == 0) return true;
  if (errno == ENOENT) return false;
  return tl::make_unexpected(systemError("rename", from, errno));
}

Result<bool> createWhole(System& system, const std::string& path, const std::string& aside,
                         const std::function<Result<void>(SystemFile&)>& write) {
  const AsideName removed{system, aside};
  auto file = SystemFile::open(system, aside, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!file) return tl::make_unexpected(file.error());
  if (auto written = write(*file); !written) return tl::make_unexpected(written.error());
  if (auto synced = file->sync(); !synced) return tl::make_unexpected(synced.error());
  file->close();
  // link() makes the whole file visible at once, and fails when the name is taken.
  if (uninterrupted([&] { return system.link(aside, path); }) == 0) return true;
  if (errno == EEXIST) return false;
  return tl::make_unexpected(systemError("create", path, errno));
}

std::string randomDigits() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace damask::posix
