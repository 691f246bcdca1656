#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace damask::testing {

/// A snapshot taken apart into its sections, to be patched and put together again with right
/// offsets, lengths and checksums. Written from docs/format.md, not from the core's own code.
class SnapshotParts {
 public:
  struct Part {
    std::string name;  ///< Four characters.
    std::vector<std::byte> bytes;
  };

  /// Takes apart what begins as a snapshot does; checksums are not looked at. A table that does
  /// not fit the bytes gives as many parts as do.
  static SnapshotParts split(std::span<const std::byte> file);

  /// Header, table, checksum and sections. The sections may be anything.
  std::vector<std::byte> join() const;

  bool has(std::string_view name) const noexcept;
  std::vector<std::byte>& operator[](std::string_view name);

  /// The value at a byte offset of a section, whose first byte is the archive's own.
  template <typename T>
  T get(std::string_view name, std::size_t offset) {
    T value;
    std::memcpy(&value, &(*this)[name].at(offset), sizeof value);
    return value;
  }
  template <typename T>
  void put(std::string_view name, std::size_t offset, T value) {
    auto& bytes = (*this)[name];
    static_cast<void>(bytes.at(offset + sizeof value - 1));
    std::memcpy(&bytes[offset], &value, sizeof value);
  }
  /// Appends to the end of a section.
  template <typename T>
  void append(std::string_view name, T value) {
    auto& bytes = (*this)[name];
    bytes.resize(bytes.size() + sizeof value);
    std::memcpy(&bytes[bytes.size() - sizeof value], &value, sizeof value);
  }

  std::uint32_t version = 1;
  std::vector<Part> parts;
};

/// Gives a file whose header or table was patched the header checksum that goes with them.
void resealHeader(std::vector<std::byte>& file);

/// Where the fields of META are.
namespace meta {
inline constexpr std::size_t kDimension = 1, kMetric = 5, kPrecision = 6, kM = 7,
                             kEfConstruction = 11, kEfSearch = 15, kSeed = 19, kSlots = 27,
                             kLive = 35, kSequence = 43, kEntry = 51, kMaxLevel = 55, kNames = 59,
                             kTextBytes = 63, kIndexingThreshold = 71, kLinked = 75, kHistory = 83,
                             kEnd = 99;
}  // namespace meta

/// Where the fields of one record are, from the record's begin: 1 + kSize * slot in RECS.
namespace record {
inline constexpr std::size_t kIdBytes = 0, kContentBytes = 4, kMetadataBytes = 8, kType = 12,
                             kDomain = 16, kFramework = 20, kPresent = 24, kVerdict = 25,
                             kCoverage = 26, kFlakiness = 34, kCreatedAt = 42, kLastUsed = 50,
                             kUsageCount = 58, kSize = 66;
inline constexpr std::size_t at(std::size_t slot, std::size_t field) noexcept {
  return 1 + kSize * slot + field;
}
}  // namespace record

}  // namespace damask::testing
