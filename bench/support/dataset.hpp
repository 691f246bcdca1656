#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "damask/error.hpp"
#include "support/generator.hpp"

namespace damask::bench {

/// What is searched, what is asked, and what is right.
struct Dataset {
  std::string name;
  testing::Vectors base;     ///< Unit vectors.
  testing::Vectors queries;  ///< Unit vectors.
  /// The k nearest rows of each query by cosine, best first, ties to the smaller row.
  std::size_t truthPerQuery = 0;
  std::vector<std::int32_t> truth;
  std::string truthSource;
};

/// `prefix`.base.f16, `prefix`.query.f16 and, when the whole base is used, `prefix`.gt100.i32: half
/// floats and row numbers, little-endian, row-major, no header. Without usable truth it is computed
/// (truth.hpp).
Result<Dataset> readDataset(const std::string& prefix, std::uint32_t dimension,
                            std::optional<std::size_t> limit, std::size_t queries);

/// The dimension that the lengths of `prefix`.query.f16 and `prefix`.gt100.i32 imply.
Result<std::uint32_t> dimensionOf(const std::string& prefix);

enum class Generated { mixture, uniform };

/// Vectors and queries of the same distribution (generate/mixture.hpp), with their truth; the same
/// on every machine.
Dataset generateDataset(Generated kind, std::size_t count, std::uint32_t dimension,
                        std::size_t queries, std::uint64_t seed);

}  // namespace damask::bench
