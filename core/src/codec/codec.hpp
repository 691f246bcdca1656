#pragma once

#include <cstdint>
#include <span>

#include "damask/error.hpp"
#include "damask/options.hpp"
#include "kernels/kernels.hpp"

namespace damask {

/// The two int8 planes of one vector: component i is scale * (256*hi[i] + lo[i]).
struct CodePlanes {
  const std::int8_t* hi;
  const std::int8_t* lo;
};

/// What re-ranking needs of a vector beside its planes.
struct ColdFactor {
  double scale = 0;          ///< max|v| / 32512; 0 for the zero vector.
  std::int64_t selfDot = 0;  ///< dot16 of the code with itself.
};

/// What the graph walk needs of a vector beside its high plane.
///   distance(a, b) = (a.offset + b.offset) - weight * (dot8(a, b) * (a.gain * b.gain))
/// estimates 1 - cosine, the squared euclidean distance, or minus the inner product. Gain and
/// offset are of the high plane alone: were they of the full code, one of several vectors with the
/// same high plane would seem nearer to each than itself, and building would prune the links to the
/// rest.
struct HotFactor {
  float gain = 0;
  float offset = 0;
};

/// Float32 vectors to fixed-point codes and back, and the distances on them. Every step is an
/// integer operation or one IEEE operation at a fixed place, so results agree on every target.
class Codec {
 public:
  Codec(std::uint32_t dimension, Metric metric, const kernels::KernelTable* kernels) noexcept
      : dimension_(dimension), metric_(metric), kernels_(kernels) {}

  /// The largest |component|, or the reason why this vector cannot be stored or asked for: wrong
  /// length, NaN or infinity, zero under cosine, magnitude out of range otherwise. `field` names
  /// the argument in the error.
  Result<float> check(std::span<const float> v, const char* field) const;

  /// Encodes a checked vector whose largest |component| is `largest` into two planes.
  ColdFactor encode(std::span<const float> v, float largest, std::int8_t* hi,
                    std::int8_t* lo) const noexcept;

  /// The inverse of encode, to within half a step of `scale`.
  void decode(CodePlanes code, double scale, std::span<float> out) const noexcept;

  /// True when encode() gives some vector this scale.
  bool plausible(double scale) const noexcept;

  /// Of an encoded vector: `hi` is its high plane.
  HotFactor hotFactor(const ColdFactor& cold, const std::int8_t* hi) const noexcept;

  /// Two for the squared euclidean distance, one otherwise.
  float weight() const noexcept { return metric_ == Metric::euclidean ? 2.0f : 1.0f; }

  /// The order of results: smaller is more similar. -cosine, squared distance, or -inner product.
  double distance(CodePlanes a, const ColdFactor& fa, CodePlanes b,
                  const ColdFactor& fb) const noexcept;

  /// The distance of two codes whose dot product is `dot`; never grows with it.
  double distanceOf(double dot, const ColdFactor& fa, const ColdFactor& fb) const noexcept;

  /// The score a caller sees for a distance: the cosine, 1 / (1 + euclidean), or the dot product.
  float score(double distance) const noexcept;

  std::int64_t selfDot(CodePlanes code) const noexcept {
    return kernels_->dot16(code.hi, code.lo, code.hi, code.lo, dimension_);
  }

  std::uint32_t dimension() const noexcept { return dimension_; }
  const kernels::KernelTable& kernels() const noexcept { return *kernels_; }

 private:
  std::uint32_t dimension_;
  Metric metric_;
  const kernels::KernelTable* kernels_;
};

}  // namespace damask
