#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "support/generator.hpp"

namespace damask::bench {

inline constexpr const char* kTruthMethod =
    "exact search here: every row scored in float32, the best of them again in float64";

/// The `k` rows with the largest inner product with each query, best first, ties to the smaller
/// row; only among rows that `eligible` lets through, when it is given. All cores.
std::vector<std::int32_t> exactRows(
    const testing::Vectors& base, const testing::Vectors& queries, std::size_t k,
    const std::function<bool(std::size_t query, std::size_t row)>& eligible = {});

}  // namespace damask::bench
