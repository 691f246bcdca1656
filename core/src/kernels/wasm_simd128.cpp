// WebAssembly simd128, without the relaxed instructions: codes widened to int16, multiplied and
// summed in pairs.

#include <wasm_simd128.h>

#include "kernels/algorithms.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct WasmSimd128 {
  static constexpr std::size_t kWidth = 16;
  struct Bytes {
    v128_t low_i16x8, high_i16x8;
  };
  using Acc = v128_t;
  struct Bias {};

  using Raw = v128_t;
  static Raw loadRaw(const void* p) { return wasm_v128_load(p); }
  static Raw loadRawPartial(const void* p, std::size_t n) {
    return loadZeroPadded<WasmSimd128>(p, n);
  }
  static Raw splatRaw(std::uint8_t byte) { return wasm_u8x16_splat(byte); }
  static Bytes widen(Raw raw) {
    return {wasm_i16x8_extend_low_i8x16(raw), wasm_i16x8_extend_high_i8x16(raw)};
  }
  static Bytes load(const std::int8_t* p) {
    return {wasm_i16x8_load8x8(p), wasm_i16x8_load8x8(p + 8)};
  }
  static Bytes loadPartial(const std::int8_t* p, std::size_t n) {
    return widen(loadRawPartial(p, n));
  }

  static Raw lowHalves(Raw nibbles) { return wasm_v128_and(nibbles, wasm_u8x16_const_splat(15)); }
  static Raw highHalves(Raw nibbles) { return wasm_u8x16_shr(nibbles, 4); }
  static Raw join(Raw high, Raw low) {
    return wasm_i8x16_sub(wasm_v128_or(wasm_i8x16_shl(high, 4), low), wasm_u8x16_const_splat(136));
  }
  static Acc zero() { return wasm_i32x4_const_splat(0); }
  static Bias zeroBias() { return {}; }
  static Bias addBias(Bias bias, Bytes) { return bias; }
  static Bias plus(Bias a, Bias) { return a; }

  // A pair is 2 * 128 * 128 = 32,768 at most, which dot_i16x8 holds in int32.
  static Acc add(Acc sum_i32x4, Bytes a, Bytes b) {
    const v128_t low_i32x4 = wasm_i32x4_dot_i16x8(a.low_i16x8, b.low_i16x8);
    const v128_t high_i32x4 = wasm_i32x4_dot_i16x8(a.high_i16x8, b.high_i16x8);
    return wasm_i32x4_add(sum_i32x4, wasm_i32x4_add(low_i32x4, high_i32x4));
  }
  // A chunk adds four products of at most 15 * 128 to a lane: four chunks stay within int16.
  using Part = v128_t;
  static constexpr std::size_t kPartChunks = 4;
  static Part part(Acc) { return wasm_i16x8_const_splat(0); }
  static Part addNibbles(Part sum_i16x8, Raw qLow, Raw qHigh, Raw row) {
    const v128_t low = lowHalves(row), high = highHalves(row);
    const v128_t first_i16x8 = wasm_i16x8_add(wasm_i16x8_extmul_low_i8x16(low, qLow),
                                              wasm_i16x8_extmul_low_i8x16(high, qHigh));
    const v128_t second_i16x8 = wasm_i16x8_add(wasm_i16x8_extmul_high_i8x16(low, qLow),
                                               wasm_i16x8_extmul_high_i8x16(high, qHigh));
    return wasm_i16x8_add(sum_i16x8, wasm_i16x8_add(first_i16x8, second_i16x8));
  }
  static Acc settle(Acc sum_i32x4, Part part_i16x8) {
    return wasm_i32x4_add(sum_i32x4, wasm_i32x4_extadd_pairwise_i16x8(part_i16x8));
  }
  static std::int32_t reduce(Acc sum_i32x4, Bias) {
    return wasm_i32x4_extract_lane(sum_i32x4, 0) + wasm_i32x4_extract_lane(sum_i32x4, 1) +
           wasm_i32x4_extract_lane(sum_i32x4, 2) + wasm_i32x4_extract_lane(sum_i32x4, 3);
  }

  static constexpr std::size_t kFloats = 4;
  using Bits = v128_t;

  static Bits zeroBits() { return wasm_i32x4_const_splat(0); }
  static Bits maxBits(Bits largest_u32x4, const float* v) {
    return wasm_u32x4_max(largest_u32x4,
                          wasm_v128_and(wasm_v128_load(v), wasm_i32x4_const_splat(0x7fffffff)));
  }
  static std::uint32_t reduceBits(Bits largest_u32x4) {
    largest_u32x4 =
        wasm_u32x4_max(largest_u32x4, wasm_i32x4_shuffle(largest_u32x4, largest_u32x4, 2, 3, 0, 1));
    largest_u32x4 =
        wasm_u32x4_max(largest_u32x4, wasm_i32x4_shuffle(largest_u32x4, largest_u32x4, 1, 0, 3, 2));
    return static_cast<std::uint32_t>(wasm_i32x4_extract_lane(largest_u32x4, 0));
  }

  // Two components as int32, in the low half.
  static v128_t round2(v128_t v_f32x4, v128_t scale_f64x2) {
    const v128_t product_f64x2 = wasm_f64x2_mul(wasm_f64x2_promote_low_f32x4(v_f32x4), scale_f64x2);
    return wasm_i32x4_trunc_sat_f64x2_zero(wasm_f64x2_nearest(product_f64x2));
  }
  static void quantize(const float* v, double scale, std::int16_t* q) {
    const v128_t v_f32x4 = wasm_v128_load(v);
    const v128_t scale_f64x2 = wasm_f64x2_splat(scale);
    const v128_t low_i32x2 = round2(v_f32x4, scale_f64x2);
    const v128_t high_i32x2 = round2(wasm_i32x4_shuffle(v_f32x4, v_f32x4, 2, 3, 0, 1), scale_f64x2);
    const v128_t q_i32x4 = wasm_i32x4_shuffle(low_i32x2, high_i32x2, 0, 1, 4, 5);
    wasm_v128_store64_lane(q, wasm_i16x8_narrow_i32x4(q_i32x4, q_i32x4), 0);
  }
};

}  // namespace

constexpr KernelTable kWasmSimd128 = Algorithms<WasmSimd128>::table("wasm-simd128");

}  // namespace damask::kernels
