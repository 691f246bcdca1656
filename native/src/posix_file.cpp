#include "posix_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <system_error>
#include <utility>

namespace damask::posix {

Error systemError(const char* action, const std::string& path, int error) {
  return Error{ErrorCode::io, std::string("cannot ") + action + " " + path + ": " +
                                  std::generic_category().message(error)};
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept {
  return std::exchange(fd_, -1);
}

int Descriptor::reset() noexcept {
  // Never retried: on Linux the descriptor is gone even after EINTR.
  return fd_ < 0 ? 0 : ::close(release());
}

Result<Descriptor> openFile(const std::string& path, int flags, unsigned mode) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode));
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return tl::make_unexpected(systemError("open", path, errno));
  return Descriptor(fd);
}

Result<void> writeAll(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return tl::make_unexpected(systemError("write", path, errno));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync(int fd, const std::string& path) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR) return tl::make_unexpected(systemError("sync", path, errno));
  }
  return {};
}

Result<void> syncDirectory(const std::string& directory) {
  auto fd = openFile(directory, O_RDONLY | O_DIRECTORY);
  if (!fd) return tl::make_unexpected(fd.error());
  return sync(fd->get(), directory);
}

std::string directoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<FileBytes> FileBytes::read(const std::string& path, Accept accept) {
  // O_NONBLOCK so that a FIFO given as a store is refused instead of waited for.
  int flags = O_RDONLY;
  if (accept != Accept::stream) flags |= O_NONBLOCK;
  if (accept == Accept::linklessFile || accept == Accept::changingFile) flags |= O_NOFOLLOW;
  auto fd = openFile(path, flags);
  if (!fd) return tl::make_unexpected(fd.error());
  struct stat status {};
  if (::fstat(fd->get(), &status) != 0) {
    return tl::make_unexpected(systemError("examine", path, errno));
  }
  if (S_ISDIR(status.st_mode)) return tl::make_unexpected(systemError("read", path, EISDIR));
  if (!S_ISREG(status.st_mode)) {
    if (accept != Accept::stream) {
      return fail(ErrorCode::io, "cannot read " + path + ": not a regular file");
    }
    return drain(fd->get(), path);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (accept == Accept::changingFile) return readBackwards(fd->get(), path, size);
  FileBytes file;
  file.mappedBytes_ = size;
  if (file.mappedBytes_ == 0) return file;  // mmap refuses a length of 0
  void* mapping = ::mmap(nullptr, file.mappedBytes_, PROT_READ, MAP_PRIVATE, fd->get(), 0);
  if (mapping == MAP_FAILED) return tl::make_unexpected(systemError("map", path, errno));
  file.mapping_ = mapping;
  return file;
}

Result<FileBytes> FileBytes::readBackwards(int fd, const std::string& name, std::size_t size) {
  constexpr std::size_t kPage = 4096;
  std::vector<std::byte> bytes(size);
  for (std::size_t end = size; end > 0;) {
    const std::size_t begin = (end - 1) / kPage * kPage;
    const ssize_t got = ::pread(fd, &bytes[begin], end - begin, static_cast<off_t>(begin));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::make_unexpected(systemError("read", name, errno));
    // It was cut off meanwhile.
    if (static_cast<std::size_t>(got) < end - begin) {
      bytes.resize(begin + static_cast<std::size_t>(got));
    }
    end = begin;
  }
  return FileBytes(std::move(bytes));
}

Result<FileBytes> FileBytes::drain(int fd, const std::string& name) {
  constexpr std::size_t kChunk = 1u << 20;
  std::deque<std::vector<std::byte>> chunks;
  std::size_t length = 0;
  for (;;) {
    if (length == chunks.size() * kChunk) chunks.emplace_back(kChunk);
    const auto room = std::span(chunks.back()).subspan(length % kChunk);
    const ssize_t got = ::read(fd, room.data(), room.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      return tl::make_unexpected(systemError("read", name, errno));
    }
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  std::vector<std::byte> bytes;
  bytes.reserve(length);
  for (; !chunks.empty(); chunks.pop_front()) {
    const auto chunk = std::span(chunks.front()).first(std::min(kChunk, length - bytes.size()));
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
  }
  return FileBytes(std::move(bytes));
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mappedBytes_(std::exchange(other.mappedBytes_, 0)),
      read_(std::move(other.read_)) {}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mappedBytes_, other.mappedBytes_);
  std::swap(read_, other.read_);
  return *this;
}

FileBytes::~FileBytes() {
  if (mapping_ != nullptr) ::munmap(mapping_, mappedBytes_);
}

std::span<const std::byte> FileBytes::bytes() const noexcept {
  if (mapping_ != nullptr) return {static_cast<const std::byte*>(mapping_), mappedBytes_};
  return read_;
}

}  // namespace damask::posix
