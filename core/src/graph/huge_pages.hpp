#pragma once

#include <cstddef>
#include <new>

// Sanitizers watch the heap, and have everything come from it.
#if defined(__linux__) && !defined(DAMASK_PAGES_FROM_HEAP)
#define DAMASK_PAGES_BY_MMAP 1
#include <sys/mman.h>

#include <cstdint>
#else
#define DAMASK_PAGES_BY_MMAP 0
#endif

namespace damask {

/// What a large page takes, or 64 where there is none.
#if defined(__linux__)
inline constexpr std::size_t kHugePageBytes = std::size_t{1} << 21;
#else
inline constexpr std::size_t kHugePageBytes = 64;
#endif

/// So many bytes in whole pages of every small size that there is: 4, 16 and 64 KiB.
constexpr std::size_t wholePages(std::size_t bytes) noexcept {
  constexpr std::size_t kPage = std::size_t{64} << 10;
  return (bytes + kPage - 1) / kPage * kPage;
}

/// Memory for what is read at random, at a multiple of kHugePageBytes: in large pages where the
/// system has them, so that a walk over 110,000 nodes takes 10 to 20% less time
/// (docs/architecture.md). It comes from the system and not from the heap, which would still have
/// large pages asked for where a block was when it gives that memory to somebody else. Throws
/// std::bad_alloc.
inline void* takePages(std::size_t bytes) {
#if DAMASK_PAGES_BY_MMAP
  // The system's places are multiples of small pages alone: what is too much at both ends goes
  // back.
  const std::size_t used = wholePages(bytes), length = used + kHugePageBytes;
  void* const taken =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (taken == MAP_FAILED) throw std::bad_alloc();
  const std::size_t past = reinterpret_cast<std::uintptr_t>(taken) % kHugePageBytes;
  const std::size_t before = past == 0 ? 0 : kHugePageBytes - past;
  char* const pages = static_cast<char*>(taken) + before;
  if (before > 0) munmap(taken, before);
  if (before + used < length) munmap(pages + used, length - before - used);
  // Where it is refused, small pages do.
  madvise(pages, used, MADV_HUGEPAGE);
  return pages;
#else
  return ::operator new (bytes, std::align_val_t{kHugePageBytes});
#endif
}

/// Gives back what takePages(bytes) gave. Where the system cannot split a mapping any more
/// (vm.max_map_count), it keeps that one.
inline void givePages(void* pages, std::size_t bytes) noexcept {
#if DAMASK_PAGES_BY_MMAP
  munmap(pages, wholePages(bytes));
#else
  (void)bytes;
  ::operator delete (pages, std::align_val_t{kHugePageBytes});
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
