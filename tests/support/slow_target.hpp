#pragma once

#include <cstddef>

namespace damask::testing {

/// Where every instruction is emulated or checked, tests run on fewer rows: ARM64 is tested under
/// qemu, some 50 times slower than the machine itself.
#if defined(__aarch64__)
inline constexpr std::size_t kSlowTarget = 10;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr std::size_t kSlowTarget = 4;
#elif defined(__wasm__)
inline constexpr std::size_t kSlowTarget = 2;
#else
inline constexpr std::size_t kSlowTarget = 1;
#endif

}  // namespace damask::testing
