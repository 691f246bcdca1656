#pragma once

#include <cstdint>
#include <span>

#include "codec/stored_code.hpp"
#include "damask/error.hpp"
#include "damask/options.hpp"
#include "kernels/kernels.hpp"

namespace damask {

/// The code of a vector that meets stored ones: component i is scale * (256*hi[i] + lo[i]). Each
/// plane has 2 * halfOf(dimension) values, of which one beyond the dimension is zero.
struct CodePlanes {
  const std::int8_t* hi;
  const std::int8_t* lo;
};

/// What re-ranking needs of a vector beside its code.
struct ColdFactor {
  double scale = 0;          ///< max|v| / 30591; 0 for the zero vector.
  std::int64_t selfDot = 0;  ///< The code's dot product with itself.
};

/// What the graph walk needs of a vector beside the plane that it reads: of a stored one the top
/// plane, of a query the high one.
///   distance(a, b) = (a.offset + b.offset) - weight * (dot(a, b) * (a.gain * b.gain))
/// estimates 1 - cosine, the squared euclidean distance, or minus the inner product. Gain and
/// offset are of that plane alone: were they of the full code, one of several vectors with the same
/// top plane would seem nearer to each than itself, and building would prune the links to the rest.
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

  /// Encodes a checked vector whose largest |component| is `largest` into the planes of a query.
  ColdFactor encode(std::span<const float> v, float largest, std::int8_t* hi,
                    std::int8_t* lo) const noexcept;

  /// Planes of a query to a stored code, without loss, and back.
  void split(CodePlanes planes, std::uint8_t* top, std::uint8_t* rest) const noexcept;
  void join(StoredCode code, std::int8_t* hi, std::int8_t* lo) const noexcept;
  /// The top plane alone as the high plane of a query, without its factor of 16.
  void expandTop(const std::uint8_t* top, std::int8_t* out) const noexcept;
  /// Leaves of a code the top plane alone: all else is zero.
  void eraseRest(std::uint8_t* rest) const noexcept;

  /// The inverse of encode, to within half a step of `scale`.
  void decode(StoredCode code, double scale, std::span<float> out) const noexcept;

  /// True when encode() gives some vector this scale.
  bool plausible(double scale) const noexcept;

  /// Of a stored vector and of a query.
  HotFactor storedFactor(const ColdFactor& cold, const std::uint8_t* top) const noexcept;
  HotFactor queryFactor(const ColdFactor& cold, const std::int8_t* hi) const noexcept;

  /// Two for the squared euclidean distance, one otherwise.
  float weight() const noexcept { return metric_ == Metric::euclidean ? 2.0f : 1.0f; }

  /// The order of results: smaller is more similar. -cosine, squared distance, or -inner product.
  double distance(CodePlanes query, const ColdFactor& fq, StoredCode code,
                  const ColdFactor& fc) const noexcept;

  /// The distance of two codes whose dot product is `dot`; never grows with it.
  double distanceOf(double dot, const ColdFactor& fa, const ColdFactor& fb) const noexcept;

  /// The score a caller sees for a distance: the cosine, 1 / (1 + euclidean), or the dot product.
  float score(double distance) const noexcept;

  std::int64_t selfDot(CodePlanes planes) const noexcept;

  std::size_t half() const noexcept { return halfOf(dimension_); }
  std::uint32_t dimension() const noexcept { return dimension_; }
  const kernels::KernelTable& kernels() const noexcept { return *kernels_; }

 private:
  HotFactor factorOf(double step, double norm2) const noexcept;

  std::uint32_t dimension_;
  Metric metric_;
  const kernels::KernelTable* kernels_;
};

}  // namespace damask
