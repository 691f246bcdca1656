#include "posix_replace.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

namespace damask::posix {
namespace {

Error refused(const std::string& path, const char* reason) {
  return Error{ErrorCode::io, "cannot write " + path + ": " + reason};
}

/// Tried in turn until one is free; a name left by a process that was killed is passed over.
constexpr int kTemporaryNames = 100;

}  // namespace

Result<std::string> resolveTarget(const std::string& path, Existing existing) {
  std::string target = path;
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (S_ISLNK(status.st_mode)) {
      const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                             &std::free);
      if (!real) return tl::make_unexpected(systemError("follow the link", path, errno));
      target = real.get();
      if (::stat(target.c_str(), &status) != 0) {
        return tl::make_unexpected(systemError("examine", target, errno));
      }
    }
    if (S_ISDIR(status.st_mode)) return tl::make_unexpected(refused(path, "it is a directory"));
    if (!S_ISREG(status.st_mode)) return tl::make_unexpected(refused(path, "not a regular file"));
    if (existing == Existing::refuse) return tl::make_unexpected(refused(path, "it exists"));
  } else if (errno != ENOENT) {
    return tl::make_unexpected(systemError("examine", path, errno));
  } else if (path.empty() || path.back() == '/') {
    return tl::make_unexpected(refused("'" + path + "'", "not the name of a file"));
  }
  const std::string directory = directoryOf(target);
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    return tl::make_unexpected(systemError("write into directory", directory, errno));
  }
  return target;
}

ReplacementFile::ReplacementFile(std::string target, std::string temporary, Existing existing,
                                 Descriptor fd)
    : target_(std::move(target)),
      temporary_(std::move(temporary)),
      existing_(existing),
      fd_(std::move(fd)) {}

ReplacementFile::ReplacementFile(ReplacementFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      existing_(other.existing_),
      fd_(std::move(other.fd_)) {}

ReplacementFile::~ReplacementFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<ReplacementFile> ReplacementFile::create(const std::string& path, Existing existing) {
  auto target = resolveTarget(path, existing);
  if (!target) return tl::make_unexpected(target.error());
  for (int attempt = 0; attempt < kTemporaryNames; ++attempt) {
    std::string temporary =
        *target + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    const int raw = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (raw < 0 && (errno == EEXIST || errno == EINTR)) continue;
    if (raw < 0) return tl::make_unexpected(systemError("create", temporary, errno));
    ReplacementFile file(*target, std::move(temporary), existing, Descriptor(raw));
    struct stat status {};
    if (existing == Existing::replace && ::stat(target->c_str(), &status) == 0 &&
        ::fchmod(raw, status.st_mode & 07777) != 0) {
      return tl::make_unexpected(systemError("set the permissions of", file.temporary_, errno));
    }
    return file;
  }
  return tl::make_unexpected(refused(path, "no free name for a temporary file beside it"));
}

Result<void> ReplacementFile::write(std::span<const std::byte> bytes) {
  return writeAll(fd_.get(), bytes, temporary_);
}

Result<void> ReplacementFile::commit() {
  if (auto synced = sync(fd_.get(), temporary_); !synced) return synced;
  if (fd_.reset() != 0) return tl::make_unexpected(systemError("close", temporary_, errno));
  if (existing_ == Existing::refuse) {
    // link() fails when the target exists, which rename() does not.
    if (::link(temporary_.c_str(), target_.c_str()) != 0) {
      return tl::make_unexpected(systemError("create", target_, errno));
    }
    if (::unlink(temporary_.c_str()) != 0) {
      return tl::make_unexpected(systemError("remove", temporary_, errno));
    }
  } else if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    return tl::make_unexpected(systemError("replace", target_, errno));
  }
  temporary_.clear();
  return syncDirectory(directoryOf(target_));
}

Result<WriteLock> WriteLock::acquire(const std::string& path) {
  auto fd = openFile(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return tl::make_unexpected(fd.error());
  if (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return tl::make_unexpected(refused(path, "another process is writing it"));
    }
    return tl::make_unexpected(systemError("lock", path, errno));
  }
  // Another writer may have replaced the file between open and flock: then this lock is on the
  // file that was, and what it protects is gone.
  struct stat locked {
  }, current{};
  if (::fstat(fd->get(), &locked) != 0 || ::stat(path.c_str(), &current) != 0) {
    return tl::make_unexpected(systemError("examine", path, errno));
  }
  if (locked.st_dev != current.st_dev || locked.st_ino != current.st_ino) {
    return tl::make_unexpected(refused(path, "another process has just replaced it"));
  }
  return WriteLock(std::move(*fd));
}

}  // namespace damask::posix
