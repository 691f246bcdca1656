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
/// by exact search in double precision.
Result<Dataset> readDataset(const std::string& prefix, std::uint32_t dimension,
                            std::optional<std::size_t> limit, std::size_t queries);

/// Clustered vectors of low intrinsic dimension, the same on every machine.
Dataset generateDataset(std::uint32_t dimension, std::size_t count, std::size_t queries,
                        std::uint64_t seed);

}  // namespace damask::bench
