// NEON with the dot-product extension (ARMv8.2): four products to each int32 lane at once.

#include <arm_neon.h>

#include "kernels/algorithms.hpp"
#include "kernels/neon_floats.hpp"
#include "kernels/neon_nibbles.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct NeonDotprod : NeonFloats, NeonNibbles {
  static constexpr std::size_t kWidth = 16;
  using Acc = int32x4_t;
  struct Bias {};

  using Raw = uint8x16_t;
  static Raw loadRaw(const void* p) { return vld1q_u8(static_cast<const std::uint8_t*>(p)); }
  static Raw loadRawPartial(const void* p, std::size_t n) {
    return loadZeroPadded<NeonDotprod>(p, n);
  }
  static Bytes load(const std::int8_t* p) { return vld1q_s8(p); }
  static Bytes loadPartial(const std::int8_t* p, std::size_t n) {
    return widen(loadRawPartial(p, n));
  }
  static Acc zero() { return vdupq_n_s32(0); }
  static Bias zeroBias() { return {}; }
  static Bias addBias(Bias bias, Bytes) { return bias; }
  static Bias plus(Bias a, Bias) { return a; }

  static Acc add(Acc sum_i32x4, Bytes a_i8x16, Bytes b_i8x16) {
    return vdotq_s32(sum_i32x4, a_i8x16, b_i8x16);
  }
  using Part = Acc;
  static constexpr std::size_t kPartChunks = kEveryChunk;
  static Part part(Acc sum) { return sum; }
  static Acc settle(Acc, Part sum) { return sum; }
  static Part addNibbles(Part sum_i32x4, Raw qLow, Raw qHigh, Raw row) {
    sum_i32x4 = vdotq_s32(sum_i32x4, widen(lowHalves(row)), widen(qLow));
    return vdotq_s32(sum_i32x4, widen(highHalves(row)), widen(qHigh));
  }
  static std::int32_t reduce(Acc sum_i32x4, Bias) { return vaddvq_s32(sum_i32x4); }
};

}  // namespace

constexpr KernelTable kNeonDotprod = Algorithms<NeonDotprod>::table("neon-dotprod");

}  // namespace damask::kernels
