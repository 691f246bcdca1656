#include "mixture.hpp"

#include <cmath>
#include <span>
#include <vector>

#include "support/random.hpp"

namespace damask::bench {
namespace {

using testing::Random;
using testing::Vectors;

constexpr double kOffsetShare = 0.41, kCentreShare = 0.29, kOwnShare = 0.30;

// Four even draws of 16 bits from one of 64: mean 0, variance 1.
float nearlyNormal(Random& random) {
  const std::uint64_t bits = random.next();
  std::int64_t sum = 0;
  for (int shift = 0; shift < 64; shift += 16)
    sum += static_cast<std::int64_t>(bits >> shift & 0xffff);
  constexpr double kScale = 1.7320508075688772 / 65536;  // of a sum of variance 65536^2 / 3
  return static_cast<float>((static_cast<double>(sum) - 2 * 65535.0) * kScale);
}

// `columns` rows of `dimension` numbers, such that a sum of them with weights of variance 1 has the
// squared length `share` on average.
std::vector<float> subspace(Random& random, std::size_t columns, std::size_t dimension,
                            double share) {
  const auto scale =
      static_cast<float>(std::sqrt(share / static_cast<double>(columns * dimension)));
  std::vector<float> axes(columns * dimension);
  for (float& x : axes) x = scale * nearlyNormal(random);
  return axes;
}

void addDrawn(Random& random, const std::vector<float>& axes, std::span<float> v) {
  for (std::size_t axis = 0; axis * v.size() < axes.size(); ++axis) {
    const float weight = nearlyNormal(random);
    const float* direction = axes.data() + axis * v.size();
    for (std::size_t i = 0; i < v.size(); ++i) v[i] += weight * direction[i];
  }
}

}  // namespace

void normalise(Vectors& vectors) {
  for (std::size_t row = 0; row < vectors.count(); ++row) {
    float* v = vectors.values.data() + row * vectors.dimension;
    double norm2 = 0;
    for (std::size_t i = 0; i < vectors.dimension; ++i) norm2 += double{v[i]} * v[i];
    const double inverse = 1 / std::sqrt(norm2);
    for (std::size_t i = 0; i < vectors.dimension; ++i) v[i] = static_cast<float>(v[i] * inverse);
  }
}

Vectors mixtureVectors(std::size_t count, std::size_t dimension, std::uint64_t seed,
                       const Mixture& mixture) {
  Random random(seed);
  const auto offset = subspace(random, 1, dimension, kOffsetShare);
  const auto common = subspace(random, mixture.centreDimensions, dimension, kCentreShare);
  std::vector<std::vector<float>> centres, own;
  for (std::size_t c = 0; c < mixture.clusters; ++c) {
    centres.push_back(offset);
    addDrawn(random, common, centres.back());
    own.push_back(subspace(random, mixture.intrinsic, dimension, kOwnShare));
  }
  const auto noise = static_cast<float>(mixture.noise / std::sqrt(static_cast<double>(dimension)));
  Vectors vectors{dimension, std::vector<float>(count * dimension)};
  for (std::size_t row = 0; row < count; ++row) {
    const std::size_t c = random.below(static_cast<std::uint32_t>(mixture.clusters));
    const auto v = std::span(vectors.values).subspan(row * dimension, dimension);
    for (std::size_t i = 0; i < dimension; ++i) v[i] = centres[c][i] + noise * nearlyNormal(random);
    addDrawn(random, own[c], v);
  }
  normalise(vectors);
  return vectors;
}

Vectors uniformVectors(std::size_t count, std::size_t dimension, std::uint64_t seed) {
  Random random(seed);
  Vectors vectors{dimension, std::vector<float>(count * dimension)};
  for (float& x : vectors.values) {
    x = static_cast<float>(static_cast<std::int64_t>(random.next() >> 40) - (1 << 23)) / (1 << 23);
  }
  normalise(vectors);
  return vectors;
}

}  // namespace damask::bench
