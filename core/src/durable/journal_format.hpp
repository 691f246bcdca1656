#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "damask/error.hpp"
#include "durable/history.hpp"

// A journal is a header and frames, each the changes of one write. docs/format.md describes every
// byte.
namespace damask::journal {

inline constexpr char kMagic[8] = {'D', 'A', 'M', 'A', 'S', 'K', 'J', '\n'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 48;
inline constexpr std::size_t kFrameHeaderBytes = 32;  // length, sequence, synced, checksum

/// What a journal continues.
struct Header {
  History history{};           ///< Of the store where the journal begins.
  std::uint64_t sequence = 0;  ///< The same store's.
  bool operator==(const Header&) const = default;
};

/// One frame, within the journal's bytes.
struct Frame {
  std::uint64_t sequence = 0;  ///< Before its first change.
  std::span<const std::byte> payload;
  std::uint64_t end = 0;  ///< Where it ends in the journal.
};

/// A journal taken apart; nothing of its changes is checked but their checksums.
struct Scan {
  Header header;
  std::vector<Frame> frames;
  std::uint64_t tornBytes = 0;
};

std::vector<std::byte> encodeHeader(const Header& header);

/// A frame around the payload. `synced` is how many bytes of the journal are known to be durable.
std::vector<std::byte> encodeFrame(const Header& header, std::uint64_t sequence,
                                   std::uint64_t synced, std::span<const std::byte> payload);

/// Takes a journal apart. A damaged frame is the torn end of an unacknowledged write, unless a
/// whole frame after it says that these bytes had been made durable: that is corruption, and an
/// error unless `untilDamage`. Nothing but zeros behind the last frame is no frame. Errors:
/// journalCorrupt, snapshotTooNew. O(bytes). Throws std::bad_alloc.
Result<Scan> scan(std::span<const std::byte> bytes, bool untilDamage = false);

}  // namespace damask::journal
