#pragma once

#include <cstddef>
#include <cstdint>

namespace damask {

/// Bytes of a plane of nibbles: component j has the low half of byte j, component j + half the high
/// one. Of an odd dimension's last byte the high half is of no meaning.
constexpr std::size_t halfOf(std::size_t dimension) noexcept {
  return (dimension + 1) / 2;
}

/// One vector's code as a store holds it: component i is
///   scale * (4096 * top[i] + 256 * mid[i] + low[i])
/// with top in [-7, 7], mid in [-8, 7] and low in [-128, 127]. The walk reads the top plane alone,
/// so that lies by itself.
struct StoredCode {
  const std::uint8_t* top;   ///< halfOf(dimension) bytes: nibbles of top + 8.
  const std::uint8_t* rest;  ///< restBytes(dimension): nibbles of mid + 8, then low.
};

/// Bytes of the two planes in StoredCode::rest; low is padded to an even number of components.
constexpr std::size_t restBytes(std::size_t dimension) noexcept {
  return 3 * halfOf(dimension);
}

/// The largest |component| of a code, which every vector but zero has: of the next its top nibble
/// would round to 8.
inline constexpr int kLargestCode = 256 * 119 + 127;
/// The top nibble of that one.
inline constexpr int kLargestTop = 7;

/// A nibble of zero in either half.
inline constexpr std::uint8_t kZeroNibbles = 0x88;

}  // namespace damask
