#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <vector>

#include "graph/huge_pages.hpp"
#include "graph/prefetch.hpp"

namespace damask {

/// The number of a pattern by insertion, and of its node in the graph.
using Slot = std::uint32_t;

/// Read access to a BlockArray, valid until it next grows.
template <typename T>
struct BlockRows {
  const T* const* blocks = nullptr;
  std::size_t stride = 0;
  std::uint32_t shift = 0;

  const T* operator[](Slot slot) const noexcept {
    const Slot inBlock = slot & ((Slot{1} << shift) - 1);
    return blocks[slot >> shift] + inBlock * stride;
  }
};

/// A row of `width` values per slot, in blocks that never move but for the first, which grows until
/// it is one. A row has no values before some are written to it.
template <typename T>
class BlockArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// Rows begin at multiples of `alignment` bytes.
  explicit BlockArray(std::size_t width, std::size_t alignment = alignof(T))
      : width_(width),
        stride_((width * sizeof(T) + alignment - 1) / alignment * alignment / sizeof(T)) {
    while ((stride_ * sizeof(T) << shift_) < kBlockBytes) ++shift_;
  }
  BlockArray(BlockArray&& other) noexcept = default;
  BlockArray& operator=(BlockArray&& other) noexcept {
    std::swap(blocks_, other.blocks_);
    std::swap(capacity_, other.capacity_);
    width_ = other.width_;
    stride_ = other.stride_;
    shift_ = other.shift_;
    return *this;
  }
  ~BlockArray() {
    for (T* block : blocks_) release(block, std::min(capacity_, std::size_t{1} << shift_));
  }

  /// Makes room for `rows` rows. Throws std::bad_alloc, leaving what there was.
  void reserve(std::size_t rows) {
    const std::size_t whole = std::size_t{1} << shift_;
    if (capacity_ < whole && rows > capacity_) growFirst(std::min(whole, rows));
    while (capacity_ < rows) {
      blocks_.reserve(blocks_.size() + 1);
      blocks_.push_back(allocate(whole));
      capacity_ += whole;
    }
  }

  /// Calls use(memory, bytes) with each block.
  template <typename Use>
  void eachBlock(Use&& use) {
    for (T* block : blocks_) use(block, bytesOf(std::min(capacity_, std::size_t{1} << shift_)));
  }

  T* row(Slot slot) noexcept { return const_cast<T*>(rows()[slot]); }
  const T* row(Slot slot) const noexcept { return rows()[slot]; }
  BlockRows<T> rows() const noexcept { return {blocks_.data(), stride_, shift_}; }
  std::size_t width() const noexcept { return width_; }
  void erase(Slot slot) noexcept { std::fill_n(row(slot), width_, T{}); }

  std::size_t bytes() const noexcept { return capacity_ * stride_ * sizeof(T); }

 private:
  // A few large pages each; small stores have one that is smaller.
  static constexpr std::size_t kBlockBytes = std::size_t{4} << 20;
  static constexpr std::size_t kFirstRows = 64;

  std::size_t bytesOf(std::size_t rows) const noexcept { return rows * stride_ * sizeof(T); }
  T* allocate(std::size_t rows) const {
    const std::size_t bytes = bytesOf(rows);
    if (bytes >= kHugePageBytes) return static_cast<T*>(takePages(bytes));
    return static_cast<T*>(::operator new (bytes, std::align_val_t{kCacheLine}));
  }
  void release(T* block, std::size_t rows) const noexcept {
    const std::size_t bytes = bytesOf(rows);
    if (bytes >= kHugePageBytes) return givePages(block, bytes);
    ::operator delete (block, std::align_val_t{kCacheLine});
  }

  void growFirst(std::size_t rows) {
    const std::size_t whole = std::size_t{1} << shift_;
    const std::size_t amortised = std::max(kFirstRows, capacity_ + capacity_ / 2);
    const std::size_t capacity = capacity_ == 0 ? rows : std::min(whole, std::max(rows, amortised));
    blocks_.reserve(1);
    T* block = allocate(capacity);
    if (blocks_.empty()) {
      blocks_.push_back(block);
    } else {
      std::memcpy(block, blocks_[0], capacity_ * stride_ * sizeof(T));
      release(blocks_[0], capacity_);
      blocks_[0] = block;
    }
    capacity_ = capacity;
  }

  std::size_t width_, stride_;
  std::uint32_t shift_ = 0;
  std::size_t capacity_ = 0;
  std::vector<T*> blocks_;
};

}  // namespace damask
