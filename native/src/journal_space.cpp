#include "journal_space.hpp"

#include <algorithm>
#include <cstdint>

namespace damask::posix {
namespace {

// Of a journal's first part, and of a frame, as docs/format.md has them.
constexpr std::size_t kHeaderBytes = 48, kFrameHeaderBytes = 32, kLengthBytes = 8;

std::uint64_t lengthAt(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) {
    length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  }
  return length;
}

}  // namespace

std::span<const std::byte> withoutSpace(std::span<const std::byte> part, bool isFirst) {
  const std::size_t begin = isFirst ? kHeaderBytes : 0;
  if (part.size() < begin) return part;
  auto rest = part.subspan(begin);
  while (rest.size() >= kLengthBytes) {
    const std::uint64_t length = lengthAt(rest);
    if (length == 0 || rest.size() < kFrameHeaderBytes) break;
    if (length > rest.size() - kFrameHeaderBytes) return part;
    rest = rest.subspan(kFrameHeaderBytes + length);
  }
  const auto isZero = [](std::byte it) { return it == std::byte{}; };
  if (!std::all_of(rest.begin(), rest.end(), isZero)) return part;
  return part.first(part.size() - rest.size());
}

}  // namespace damask::posix
