#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "damask/error.hpp"
#include "damask/options.hpp"

namespace damask {

/// Takes the next bytes of a snapshot, in order. An error it returns ends the save and is passed
/// on. The bytes are valid only during the call.
using ByteSink = std::function<Result<void>(std::span<const std::byte>)>;

/// One section of a snapshot file, as docs/format.md describes it.
struct SnapshotSection {
  std::string name;  ///< Four characters, such as "META".
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;  ///< XXH3-64 of the section's bytes.
};

/// What a snapshot says about itself.
struct SnapshotInfo {
  std::uint32_t formatVersion = 0;
  std::uint64_t fileBytes = 0;
  StoreOptions options;
  std::uint64_t slots = 0;     ///< Nodes of the graph, tombstones included.
  std::uint64_t live = 0;      ///< Patterns that can be found.
  std::uint64_t sequence = 0;  ///< Changes committed over the store's life.
  std::string contentHash;     ///< XXH3-128 of header and table, 32 hex digits: equal stores agree.
  std::vector<SnapshotSection> sections;
};

/// Checks header, section table and every checksum, and reads the META section. It does not
/// validate the graph: PatternStore::open does. O(bytes).
/// Errors: notASnapshot, snapshotTruncated, snapshotCorrupt, snapshotTooNew.
Result<SnapshotInfo> inspectSnapshot(std::span<const std::byte> bytes);

}  // namespace damask
