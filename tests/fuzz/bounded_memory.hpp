#pragma once

#include <cstddef>

namespace damask::testing {

/// As long as it lives, counts what this thread allocates; then aborts when there was more of it at
/// one time than `limit`. For programs that are built with AddressSanitizer; one at a time.
class BoundedMemory {
 public:
  explicit BoundedMemory(std::size_t limit) noexcept;
  ~BoundedMemory();
  BoundedMemory(const BoundedMemory&) = delete;
  BoundedMemory& operator=(const BoundedMemory&) = delete;

 private:
  std::size_t limit_;
};

}  // namespace damask::testing
