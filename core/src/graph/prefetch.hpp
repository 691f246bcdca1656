#pragma once

#include <cstddef>

namespace damask {

inline constexpr std::size_t kCacheLine = 64;

/// Asks for these bytes before they are needed.
inline void prefetch(const void* address, std::size_t bytes) noexcept {
#if defined(__wasm__)
  (void)address, (void)bytes;
#else
  for (std::size_t i = 0; i < bytes; i += kCacheLine)
    __builtin_prefetch(static_cast<const char*>(address) + i);
#endif
}

}  // namespace damask
