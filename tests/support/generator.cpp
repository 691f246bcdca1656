#include "support/generator.hpp"

#include "support/random.hpp"

namespace damask::testing {

Vectors clusteredVectors(std::size_t count, std::size_t dimension, std::uint64_t seed,
                         std::size_t latent, std::size_t clusters) {
  Random random(seed);
  const auto draw = [&random](std::size_t n, std::int32_t bound) {
    std::vector<std::int32_t> values(n);
    for (auto& v : values) v = random.between(-bound, bound);
    return values;
  };
  const auto matrix = draw(dimension * latent, 64);
  const auto centres = draw(clusters * latent, 256);
  const auto offset = draw(dimension, 16384);

  Vectors vectors{dimension, {}};
  vectors.values.reserve(count * dimension);
  std::vector<std::int32_t> point(latent);
  for (std::size_t row = 0; row < count; ++row) {
    const std::int32_t* centre =
        &centres[random.below(static_cast<std::uint32_t>(clusters)) * latent];
    for (std::size_t l = 0; l < latent; ++l) point[l] = centre[l] + random.between(-160, 160);
    for (std::size_t d = 0; d < dimension; ++d) {
      // |sum| <= 16384 + latent * 64 * 416 stays below 2^24 for latent <= 600: exact in float.
      std::int32_t sum = offset[d];
      for (std::size_t l = 0; l < latent; ++l) sum += matrix[d * latent + l] * point[l];
      vectors.values.push_back(static_cast<float>(sum) / 65536.0f);
    }
  }
  return vectors;
}

}  // namespace damask::testing
