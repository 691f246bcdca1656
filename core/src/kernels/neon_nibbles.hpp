#pragma once

// What the two NEON wrappers do with halves of bytes.

#include <arm_neon.h>

#include <cstdint>

namespace damask::kernels {
namespace {

struct NeonNibbles {
  using Bytes = int8x16_t;

  static uint8x16_t splatRaw(std::uint8_t byte) { return vdupq_n_u8(byte); }
  static Bytes widen(uint8x16_t raw) { return vreinterpretq_s8_u8(raw); }
  static uint8x16_t lowHalves(uint8x16_t nibbles) { return vandq_u8(nibbles, vdupq_n_u8(15)); }
  static uint8x16_t highHalves(uint8x16_t nibbles) { return vshrq_n_u8(nibbles, 4); }
  static uint8x16_t join(uint8x16_t high, uint8x16_t low) {
    return vsubq_u8(vorrq_u8(vshlq_n_u8(high, 4), low), vdupq_n_u8(136));
  }
};

}  // namespace
}  // namespace damask::kernels
