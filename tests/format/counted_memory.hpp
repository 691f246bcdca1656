#pragma once

#include <cstddef>

namespace damask::testing {

/// Bytes that this program's own code has allocated by malloc, new and mmap, as the allocator
/// rounds them; and the most there were at one time since the last resetPeak().
std::size_t liveBytes() noexcept;
std::size_t peakBytes() noexcept;
void resetPeak() noexcept;

}  // namespace damask::testing
