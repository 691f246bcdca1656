#pragma once

// The floating-point half of the two NEON wrappers.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace damask::kernels {
namespace {

struct NeonFloats {
  static constexpr std::size_t kFloats = 4;
  using Bits = uint32x4_t;

  static Bits zeroBits() { return vdupq_n_u32(0); }
  static Bits maxBits(Bits largest_u32x4, const float* v) {
    const uint32x4_t bits_u32x4 = vreinterpretq_u32_f32(vld1q_f32(v));
    return vmaxq_u32(largest_u32x4, vandq_u32(bits_u32x4, vdupq_n_u32(0x7fffffff)));
  }
  static std::uint32_t reduceBits(Bits largest_u32x4) { return vmaxvq_u32(largest_u32x4); }

  static void quantize(const float* v, double scale, std::int16_t* q) {
    const float32x4_t v_f32x4 = vld1q_f32(v);
    const float64x2_t low_f64x2 = vmulq_n_f64(vcvt_f64_f32(vget_low_f32(v_f32x4)), scale);
    const float64x2_t high_f64x2 = vmulq_n_f64(vcvt_high_f64_f32(v_f32x4), scale);
    // vcvtn rounds to nearest even.
    const int32x4_t q_i32x4 =
        vcombine_s32(vmovn_s64(vcvtnq_s64_f64(low_f64x2)), vmovn_s64(vcvtnq_s64_f64(high_f64x2)));
    vst1_s16(q, vmovn_s32(q_i32x4));
  }
};

}  // namespace
}  // namespace damask::kernels
