#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "graph/block_array.hpp"

namespace damask {

/// No slot: ends a list of links that is shorter than its row.
inline constexpr Slot kNoSlot = 0x00ffffffu;

/// A slot as lists of links have it: three bytes, so that a list of 64 takes three cache lines
/// instead of four. Slots are less than limits::kMaxSlots, which fits.
class LinkSlot {
 public:
  LinkSlot() = default;
  LinkSlot(Slot slot) noexcept
      : bytes_{static_cast<std::uint8_t>(slot), static_cast<std::uint8_t>(slot >> 8),
               static_cast<std::uint8_t>(slot >> 16)} {}
  operator Slot() const noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::uint16_t low;  // Read at once: GCC makes two loads of it, and three of three bytes.
    std::memcpy(&low, bytes_.data(), sizeof low);
    return low | Slot{bytes_[2]} << 16;
  }
  /// The same in one load, of a slot that another one follows in memory.
  static Slot readBeforeAnother(const LinkSlot* link) noexcept {
    std::uint32_t both;
    std::memcpy(&both, static_cast<const void*>(link), sizeof both);
    return both & kNoSlot;
  }

 private:
  std::array<std::uint8_t, 3> bytes_;
};
static_assert(sizeof(LinkSlot) == 3 && alignof(LinkSlot) == 1);

}  // namespace damask
