#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include "damask/error.hpp"
#include "damask/snapshot.hpp"
#include "durable/layout.hpp"
#include "durable/section.hpp"
#include "durable/snapshot_source.hpp"

namespace damask {

/// Writes format version 1, a slice at a time. Goes over the store twice: once for lengths and
/// checksums, which the header needs, and once for the bytes, so that no copy is made.
class SnapshotWriter {
 public:
  /// `source` must stay as it is until the snapshot is written. Throws std::bad_alloc.
  explicit SnapshotWriter(const SnapshotSource& source);

  /// Goes on for about `most` bytes and hands over what it has written, in chunks of at most 1 MiB.
  /// Errors: what `sink` returns, after which this is of no more use. Throws std::bad_alloc.
  Result<void> step(std::size_t most, const ByteSink& sink);
  bool isFinished() const noexcept { return phase_ == Phase::finished; }

  /// Measures to the end; how many bytes step() will then write.
  std::uint64_t measure();

 private:
  enum class Phase { measuring, writing, finished };
  using Archive = cereal::PortableBinaryOutputArchive;

  /// A section that is being measured or written.
  struct OpenSection {
    explicit OpenSection(std::streambuf& buffer)
        : stream(&buffer), archive(stream, Archive::Options::LittleEndian()) {}
    std::ostream stream;
    Archive archive;
    Slot next = 0;  ///< The first slot that is not in it yet.
  };

  /// A slice of the present section; roughly how many bytes it was.
  std::size_t advance();
  void closeSection();
  Result<void> handOver(const ByteSink& sink);

  SnapshotSource source_;
  Phase phase_ = Phase::measuring;
  std::uint32_t section_ = 0;
  std::vector<SectionEntry> entries_;
  std::optional<HashingBuffer> hashing_;
  ChunkBuffer chunk_;
  std::unique_ptr<OpenSection> open_;
};

}  // namespace damask
