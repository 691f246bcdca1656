#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "graph/graph_view.hpp"

namespace damask {

/// A row of `width` values per slot, in blocks that never move: growing copies nothing.
template <typename T>
class BlockArray {
 public:
  explicit BlockArray(std::size_t width) : width_(width) {
    while (rowsPerBlock_ * 2 * width * sizeof(T) <= kBlockBytes) rowsPerBlock_ *= 2;
  }

  /// Makes room for `rows` rows, zeroed. Throws std::bad_alloc, leaving what there was.
  void reserve(std::size_t rows) {
    while (blocks_.size() * rowsPerBlock_ < rows) {
      blocks_.push_back(std::make_unique<T[]>(rowsPerBlock_ * width_));
    }
  }

  T* row(Slot slot) noexcept {
    return blocks_[slot / rowsPerBlock_].get() + (slot % rowsPerBlock_) * width_;
  }
  const T* row(Slot slot) const noexcept {
    return blocks_[slot / rowsPerBlock_].get() + (slot % rowsPerBlock_) * width_;
  }
  void erase(Slot slot) noexcept { std::fill_n(row(slot), width_, T{}); }

  std::size_t bytes() const noexcept { return blocks_.size() * rowsPerBlock_ * width_ * sizeof(T); }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  std::size_t width_;
  std::size_t rowsPerBlock_ = 1;
  std::vector<std::unique_ptr<T[]>> blocks_;
};

}  // namespace damask
