#include "snapshot_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "measure.hpp"
#include "or_throw.hpp"
#include "posix_file.hpp"

namespace damask::bench {
SnapshotFile::SnapshotFile(const PatternStore& store)
    : path_((std::filesystem::temp_directory_path() /
             ("damask-bench-" + std::to_string(::getpid()) + ".damask"))
                .string()) {
  const auto begin = Clock::now();
  const auto file = orThrow(posix::openFile(path_, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  orThrow(store.save(
      [&](std::span<const std::byte> bytes) { return posix::writeAll(file.get(), bytes, path_); }));
  orThrow(posix::sync(file.get(), path_));
  writeSeconds_ = secondsSince(begin);
}

SnapshotFile::~SnapshotFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::uint64_t SnapshotFile::bytes() const {
  return std::filesystem::file_size(path_);
}

void SnapshotFile::dropFromMemory() const {
  const auto file = orThrow(posix::openFile(path_, O_RDONLY));
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
}

PatternStore SnapshotFile::open() const {
  const auto file = orThrow(posix::FileBytes::read(path_, posix::FileBytes::Accept::regularFile));
  return orThrow(PatternStore::open(file.bytes()));
}

}  // namespace damask::bench
