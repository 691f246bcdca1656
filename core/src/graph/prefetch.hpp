#pragma once

#include <cstddef>

namespace damask {

inline constexpr std::size_t kCacheLine = 64;

/// Asks for these bytes before they are needed, into the second-level cache: more lines can be on
/// their way there than to the first, which takes a batch of rows in a half to a third of the time
/// (docs/architecture.md). They must be readable: WebAssembly has no such instruction, so there one
/// byte of each line is read, and nothing waits for it.
inline void prefetch(const void* address, std::size_t bytes) noexcept {
#if defined(__wasm__)
  for (std::size_t i = 0; i < bytes; i += kCacheLine) {
    (void)static_cast<const volatile char*>(address)[i];
  }
#else
  constexpr int kForReading = 0, kSecondLevel = 2;
  for (std::size_t i = 0; i < bytes; i += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(address) + i, kForReading, kSecondLevel);
  }
  // GCC takes a function that only prefetches for one without effect, and leaves out calls of it.
  __asm__ volatile("" : : "r"(address));
#endif
}

}  // namespace damask
