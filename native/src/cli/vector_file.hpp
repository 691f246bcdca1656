#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "failure.hpp"
#include "posix_file.hpp"
#include "vector_format.hpp"

namespace damask::cli {

/// A file of vectors, one per row.
class VectorFile {
 public:
  /// `format` is f32, f16 (rows of little-endian numbers, no header) or npy; without it the file's
  /// extension tells. `dimension` is required for f32 and f16, and must agree with a .npy.
  static Outcome<VectorFile> open(const std::string& path, const std::optional<std::string>& format,
                                  std::optional<std::uint32_t> dimension);

  /// The same of a file that was read, as a .npy; `name` is for messages.
  static Outcome<VectorFile> parseNpy(posix::FileBytes file, std::string name,
                                      std::optional<std::uint32_t> dimension);
  const std::string& name() const noexcept { return name_; }

  std::uint64_t rows() const noexcept { return rows_; }
  std::uint32_t dimension() const noexcept { return dimension_; }

  /// Copies a row; `out` has dimension() components. Half floats are converted exactly.
  void read(std::uint64_t row, std::span<float> out) const;

 private:
  VectorFile(posix::FileBytes file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}

  posix::FileBytes file_;
  std::string name_;
  ElementType type_ = ElementType::float32;
  std::uint64_t rows_ = 0;
  std::uint32_t dimension_ = 0;
  std::size_t dataOffset_ = 0;
};

}  // namespace damask::cli
