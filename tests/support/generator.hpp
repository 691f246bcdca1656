#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace damask::testing {

/// Rows of float32 vectors, one after the other.
struct Vectors {
  std::size_t dimension = 0;
  std::vector<float> values;

  std::size_t count() const noexcept { return values.size() / dimension; }
  std::span<const float> operator[](std::size_t row) const noexcept {
    return {values.data() + row * dimension, dimension};
  }
};

/// Clustered vectors of low intrinsic dimension, like text embeddings: points around `clusters`
/// centres in a space of `latent` dimensions, taken to `dimension` by a fixed random matrix, off
/// centre. Integer arithmetic throughout, so every target makes the same floats. Rows `count` and
/// beyond of a longer call with the same seed are further draws, so queries can be taken from the
/// end.
Vectors clusteredVectors(std::size_t count, std::size_t dimension, std::uint64_t seed,
                         std::size_t latent = 16, std::size_t clusters = 64);

}  // namespace damask::testing
