// NEON of every ARM64: int8 products widened to int16, added in pairs to int32.

#include <arm_neon.h>

#include "kernels/algorithms.hpp"
#include "kernels/neon_floats.hpp"
#include "kernels/neon_nibbles.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct Neon : NeonFloats, NeonNibbles {
  static constexpr std::size_t kWidth = 16;
  using Acc = int32x4_t;
  struct Bias {};

  using Raw = uint8x16_t;
  static Raw loadRaw(const void* p) { return vld1q_u8(static_cast<const std::uint8_t*>(p)); }
  static Raw loadRawPartial(const void* p, std::size_t n) { return loadZeroPadded<Neon>(p, n); }
  static Bytes load(const std::int8_t* p) { return vld1q_s8(p); }
  static Bytes loadPartial(const std::int8_t* p, std::size_t n) {
    return widen(loadRawPartial(p, n));
  }
  static Acc zero() { return vdupq_n_s32(0); }
  static Bias zeroBias() { return {}; }
  static Bias addBias(Bias bias, Bytes) { return bias; }
  static Bias plus(Bias a, Bias) { return a; }

  // A product is 128 * 128 = 16,384 at most; two of them would overflow int16 (vmlal_s8), so each
  // half is widened to int32 by itself.
  static Acc add(Acc sum_i32x4, Bytes a_i8x16, Bytes b_i8x16) {
    const int16x8_t low_i16x8 = vmull_s8(vget_low_s8(a_i8x16), vget_low_s8(b_i8x16));
    const int16x8_t high_i16x8 = vmull_high_s8(a_i8x16, b_i8x16);
    return vpadalq_s16(vpadalq_s16(sum_i32x4, low_i16x8), high_i16x8);
  }
  // A chunk adds four products of at most 15 * 128 to a lane: four chunks stay within int16.
  using Part = int16x8_t;
  static constexpr std::size_t kPartChunks = 4;
  static Part part(Acc) { return vdupq_n_s16(0); }
  static Part addNibbles(Part sum_i16x8, Raw qLow, Raw qHigh, Raw row) {
    const int8x16_t low = widen(lowHalves(row)), high = widen(highHalves(row));
    const int8x16_t ql = widen(qLow), qh = widen(qHigh);
    sum_i16x8 = vmlal_s8(sum_i16x8, vget_low_s8(low), vget_low_s8(ql));
    sum_i16x8 = vmlal_high_s8(sum_i16x8, low, ql);
    sum_i16x8 = vmlal_s8(sum_i16x8, vget_low_s8(high), vget_low_s8(qh));
    return vmlal_high_s8(sum_i16x8, high, qh);
  }
  static Acc settle(Acc sum_i32x4, Part part_i16x8) { return vpadalq_s16(sum_i32x4, part_i16x8); }
  static std::int32_t reduce(Acc sum_i32x4, Bias) { return vaddvq_s32(sum_i32x4); }
};

}  // namespace

constexpr KernelTable kNeon = Algorithms<Neon>::table("neon");

}  // namespace damask::kernels
