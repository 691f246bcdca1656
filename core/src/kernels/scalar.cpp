// The plain definition, built without auto-vectorisation: the reference and the last resort.

#include "kernels/algorithms.hpp"
#include "kernels/tables.hpp"

namespace damask::kernels {
namespace {

struct Scalar {
  static constexpr std::size_t kWidth = 1;
  using Bytes = std::int32_t;
  using Acc = std::int32_t;
  struct Bias {};

  using Raw = std::uint8_t;
  static Raw loadRaw(const void* p) { return *static_cast<const std::uint8_t*>(p); }
  static Raw loadRawPartial(const void*, std::size_t) { return 0; }
  static Raw splatRaw(std::uint8_t byte) { return byte; }
  static Bytes widen(Raw raw) { return static_cast<std::int8_t>(raw); }
  static Bytes load(const std::int8_t* p) { return *p; }
  static Bytes loadPartial(const std::int8_t*, std::size_t) { return 0; }

  static Raw lowHalves(Raw nibbles) { return nibbles & 15; }
  static Raw highHalves(Raw nibbles) { return nibbles >> 4; }
  static Raw join(Raw high, Raw low) { return static_cast<Raw>(16 * high + low - 136); }
  static Acc zero() { return 0; }
  static Bias zeroBias() { return {}; }
  static Bias addBias(Bias bias, Bytes) { return bias; }
  static Bias plus(Bias a, Bias) { return a; }
  static Acc add(Acc sum, Bytes a, Bytes b) { return sum + a * b; }
  using Part = Acc;
  static constexpr std::size_t kPartChunks = kEveryChunk;
  static Part part(Acc sum) { return sum; }
  static Acc settle(Acc, Part sum) { return sum; }
  static Part addNibbles(Part sum, Raw qLow, Raw qHigh, Raw row) {
    return sum + widen(qLow) * lowHalves(row) + widen(qHigh) * highHalves(row);
  }
  static std::int32_t reduce(Acc sum, Bias) { return sum; }

  static constexpr std::size_t kFloats = 1;
  using Bits = std::uint32_t;

  static Bits zeroBits() { return 0; }
  static Bits maxBits(Bits largest, const float* v) {
    const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, *v) & 0x7fffffffu;
    return bits > largest ? bits : largest;
  }
  static std::uint32_t reduceBits(Bits largest) { return largest; }

  static void quantize(const float* v, double scale, std::int16_t* q) {
    // Adding and taking away 1.5 * 2^52 rounds to nearest even for |x| < 2^51.
    constexpr double kRound = 6755399441055744.0;
    const double x = static_cast<double>(*v) * scale;
    *q = static_cast<std::int16_t>((x + kRound) - kRound);
  }
};

}  // namespace

constexpr KernelTable kScalar = Algorithms<Scalar>::table("scalar");

}  // namespace damask::kernels
