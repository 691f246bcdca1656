#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "failure.hpp"
#include "vector_format.hpp"

namespace damask::cli {

/// What the header of a .npy file says of a matrix.
struct NpyMatrix {
  ElementType type = ElementType::float32;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::size_t dataOffset = 0;
};

/// Reads the header of a NumPy .npy file: version 1.0 or 2.0, '<f4' or '<f2', C order, two
/// dimensions. Strict: each of the three keys once, nothing else, and a sane length. The length of
/// the data is the caller's to check.
Outcome<NpyMatrix> parseNpyHeader(std::span<const std::byte> file);

}  // namespace damask::cli
