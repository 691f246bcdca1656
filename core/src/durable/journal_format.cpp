#include "durable/journal_format.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "durable/layout.hpp"
#include "durable/little_endian.hpp"

namespace damask::journal {
namespace {

[[maybe_unused]] constexpr std::size_t kChecksumBytes = 8;  // unused when fuzzing without them
/// Looking for a whole frame behind a damaged one hashes at most this many times the bytes there
/// are: more candidates than that are made on purpose.
constexpr std::uint64_t kSearchFactor = 8;

tl::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorCode::journalCorrupt, std::move(what));
}

/// Frames belong to their journal: the checksum begins with what the journal continues.
std::uint64_t seedOf(const Header& header) {
  return checksumOf(header.history) + header.sequence;
}

std::uint64_t frameChecksum(std::uint64_t seed, std::span<const std::byte> head,
                            std::span<const std::byte> payload) {
  const std::uint64_t ofHead = XXH3_64bits_withSeed(head.data(), head.size(), seed);
  return XXH3_64bits_withSeed(payload.data(), payload.size(), ofHead);
}

struct FoundFrame {
  Frame frame;
  std::uint64_t synced = 0;
};

/// The frame at an offset, when its bounds are within the journal.
std::optional<FoundFrame> frameAt(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (bytes.size() - offset < kFrameHeaderBytes) return std::nullopt;
  const std::byte* p = &bytes[offset];
  const auto length = readLittle<std::uint64_t>(p);
  if (length == 0 || length > bytes.size() - offset - kFrameHeaderBytes) return std::nullopt;
  const std::uint64_t start = offset + kFrameHeaderBytes;
  return FoundFrame{
      {readLittle<std::uint64_t>(p + 8), bytes.subspan(start, length), start + length},
      readLittle<std::uint64_t>(p + 16)};
}

bool checks(std::span<const std::byte> bytes, std::uint64_t offset, const FoundFrame& found,
            std::uint64_t seed) {
#ifdef DAMASK_FUZZ_WITHOUT_CHECKSUMS
  (void)bytes, (void)offset, (void)found, (void)seed;
  return true;
#else
  const auto head = bytes.subspan(offset, kFrameHeaderBytes - kChecksumBytes);
  const auto checksum = readLittle<std::uint64_t>(&bytes[offset + head.size()]);
  return checksum == frameChecksum(seed, head, found.frame.payload);
#endif
}

/// Whether a whole frame after `torn` says that the byte at `torn` had been made durable.
bool wasDurable(std::span<const std::byte> bytes, std::uint64_t torn, std::uint64_t sequence,
                std::uint64_t seed) {
  std::uint64_t budget = kSearchFactor * bytes.size();
  for (std::uint64_t at = torn + 1; at + kFrameHeaderBytes < bytes.size(); ++at) {
    const auto found = frameAt(bytes, at);
    if (!found || found->frame.sequence < sequence || found->synced <= torn) continue;
    const std::uint64_t cost = found->frame.end - at;
    if (cost > budget) return true;
    budget -= cost;
    if (checks(bytes, at, *found, seed)) return true;
  }
  return false;
}

/// Space that was made for frames to come.
bool isZero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte it) { return it == std::byte{}; });
}

Result<Header> decodeHeader(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes) {
    return corrupt("the journal has " + std::to_string(bytes.size()) +
                   " bytes, but its header has " + std::to_string(kHeaderBytes));
  }
  if (std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
    return corrupt("the bytes do not begin as a damask journal does");
  }
  const auto version = readLittle<std::uint32_t>(&bytes[8]);
  if (version > kVersion) {
    return fail(ErrorCode::snapshotTooNew,
                "the journal has format version " + std::to_string(version) +
                    ", but this build reads up to version " + std::to_string(kVersion));
  }
  if (version == 0) return corrupt("the journal has format version 0");
#ifndef DAMASK_FUZZ_WITHOUT_CHECKSUMS
  const auto checksum = readLittle<std::uint64_t>(&bytes[kHeaderBytes - kChecksumBytes]);
  if (checksum != checksumOf(bytes.first(kHeaderBytes - kChecksumBytes))) {
    return corrupt("the checksum of the journal's header does not match");
  }
#endif
  if (readLittle<std::uint32_t>(&bytes[12]) != 0) {
    return corrupt("the journal's header has a flag of a later version");
  }
  Header header;
  std::copy_n(&bytes[16], header.history.size(), header.history.begin());
  header.sequence = readLittle<std::uint64_t>(&bytes[32]);
  return header;
}

}  // namespace

std::vector<std::byte> encodeHeader(const Header& header) {
  std::vector<std::byte> out;
  out.reserve(kHeaderBytes);
  for (const char c : kMagic) out.push_back(static_cast<std::byte>(c));
  appendLittle(out, kVersion);
  appendLittle(out, std::uint32_t{0});
  out.insert(out.end(), header.history.begin(), header.history.end());
  appendLittle(out, header.sequence);
  appendLittle(out, checksumOf(out));
  return out;
}

std::vector<std::byte> encodeFrame(const Header& header, std::uint64_t sequence,
                                   std::uint64_t synced, std::span<const std::byte> payload) {
  std::vector<std::byte> out;
  out.reserve(kFrameHeaderBytes + payload.size());
  appendLittle(out, static_cast<std::uint64_t>(payload.size()));
  appendLittle(out, sequence);
  appendLittle(out, synced);
  appendLittle(out, frameChecksum(seedOf(header), out, payload));
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Result<Scan> scan(std::span<const std::byte> bytes, bool untilDamage) {
  const Result<Header> header = decodeHeader(bytes);
  if (!header) return tl::unexpected<Error>(header.error());
  Scan result;
  result.header = *header;
  const std::uint64_t seed = seedOf(*header);
  std::uint64_t offset = kHeaderBytes;
  std::uint64_t sequence = header->sequence;
  while (offset < bytes.size()) {
    const auto found = frameAt(bytes, offset);
    if (!found || found->frame.sequence < sequence || !checks(bytes, offset, *found, seed)) {
      if (isZero(bytes.subspan(offset))) break;
      if (!untilDamage && wasDurable(bytes, offset, sequence, seed)) {
        return corrupt("the journal is damaged at byte " + std::to_string(offset) +
                       ", which had been made durable before what follows was written");
      }
      result.tornBytes = bytes.size() - offset;
      break;
    }
    result.frames.push_back(found->frame);
    sequence = found->frame.sequence;
    offset = found->frame.end;
  }
  return result;
}

}  // namespace damask::journal
