#pragma once

#include <cstddef>

#if defined(__linux__)
#include <sys/mman.h>

#include <cstdint>
#endif

namespace damask {

/// What a large page takes, or 64 where there is none.
#if defined(__linux__)
inline constexpr std::size_t kHugePageBytes = std::size_t{1} << 21;
#else
inline constexpr std::size_t kHugePageBytes = 64;
#endif

/// Asks the system to back memory that is read at random with large pages, where it has them: a
/// walk over 110,000 nodes then takes 10 to 20% less time (docs/architecture.md). Changes nothing
/// else.
inline void preferHugePages(void* memory, std::size_t bytes) noexcept {
#if defined(__linux__)
  constexpr std::uintptr_t kHugePage = kHugePageBytes;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + kHugePage - 1) & ~(kHugePage - 1);
  const std::uintptr_t last = (begin + bytes) & ~(kHugePage - 1);
  // Where it is refused, small pages do.
  if (first < last) {
    madvise(static_cast<char*>(memory) + (first - begin), last - first, MADV_HUGEPAGE);
  }
#else
  (void)memory, (void)bytes;
#endif
}

/// Has the system find pages for memory whose content does not matter yet. Where it gives large
/// ones, it may take milliseconds over each.
inline void touchPages(void* memory, std::size_t bytes) noexcept {
  constexpr std::size_t kSmallestPage = 4096;
  auto* at = static_cast<volatile unsigned char*>(memory);
  for (std::size_t i = 0; i < bytes; i += kSmallestPage) at[i] = 0;
}

}  // namespace damask
