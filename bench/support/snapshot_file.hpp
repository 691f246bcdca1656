#pragma once

#include <cstdint>
#include <string>

#include "damask/damask.hpp"

namespace damask::bench {

/// A snapshot in a file of the system's temporary folder (TMPDIR), gone with this.
class SnapshotFile {
 public:
  /// Writes and syncs it. Throws std::runtime_error, as all of this.
  explicit SnapshotFile(const PatternStore& store);
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;
  ~SnapshotFile();

  double writeSeconds() const { return writeSeconds_; }
  std::uint64_t bytes() const;
  /// Asks the system to forget what it has of the file.
  void dropFromMemory() const;
  PatternStore open() const;

 private:
  std::string path_;
  double writeSeconds_ = 0;
};

}  // namespace damask::bench
