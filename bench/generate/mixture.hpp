#pragma once

#include <cstddef>
#include <cstdint>

#include "support/generator.hpp"

namespace damask::bench {

/// Vectors like embeddings of texts, whatever their number: unit vectors off centre, around so many
/// centres, each of which has a low-dimensional subspace of its own in which its points lie, and a
/// little noise in every direction. A vector is
///   offset + A u_c + B_c z + noise,
/// normalised, where c is drawn evenly, A (dimension x `centreDimensions`) is common to all, u_c
/// and B_c (dimension x `intrinsic`) belong to the centre, and z is drawn for the point. Every
/// number is drawn from a sum of uniform ones, close to a normal distribution. Of the squared
/// length about 0.41 is the offset's, as random pairs of real sentence embeddings have that cosine,
/// 0.29 the centre's, and 0.30 the point's own.
struct Mixture {
  std::size_t clusters = 16;
  std::size_t centreDimensions = 32;
  std::size_t intrinsic = 32;
  double noise = 0.3;  ///< Length of the noise.
};

/// The first `count` rows for a seed: a longer call begins with the same rows, so queries can be
/// taken from the end and a larger set contains a smaller one. The same floats on every machine.
testing::Vectors mixtureVectors(std::size_t count, std::size_t dimension, std::uint64_t seed,
                                const Mixture& mixture = {});

/// Components drawn evenly from [-1, 1), normalised: no structure at all, the worst case.
testing::Vectors uniformVectors(std::size_t count, std::size_t dimension, std::uint64_t seed);

/// Scales each row to length 1.
void normalise(testing::Vectors& vectors);

}  // namespace damask::bench
