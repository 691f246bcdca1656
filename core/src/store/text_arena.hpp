#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace damask {

/// Bytes that never move, given out from large chunks.
class TextArena {
 public:
  /// `bytes` writable bytes, valid as long as the arena. Throws std::bad_alloc.
  char* allocate(std::size_t bytes);
  std::size_t bytes() const noexcept { return total_; }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  std::size_t freeBytes_ = 0;
  std::size_t total_ = 0;
};

}  // namespace damask
