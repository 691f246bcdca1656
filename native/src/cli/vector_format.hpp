#pragma once

#include <cstddef>

namespace damask::cli {

/// How a component of a vector is stored in a file.
enum class ElementType { float32, float16 };

constexpr std::size_t elementBytes(ElementType type) {
  return type == ElementType::float32 ? 4 : 2;
}

}  // namespace damask::cli
