#pragma once

#include <cstdint>

#include "codec/bits.hpp"
#include "codec/codec.hpp"

namespace damask {

/// A signed integer that sorts as the float does; -0 and +0 become one.
inline std::int32_t orderedBits(float value) noexcept {
  const std::int32_t bits = bitCast<std::int32_t>(value + 0.0f);
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

/// The estimated distance of two vectors from the dot product of the planes that the walk reads.
inline float estimate(std::int32_t dot, HotFactor a, HotFactor b, float weight) noexcept {
  return (a.offset + b.offset) - weight * (static_cast<float>(dot) * (a.gain * b.gain));
}

}  // namespace damask
