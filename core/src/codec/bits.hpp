#pragma once

namespace damask {

/// std::bit_cast, which the libc++ of emscripten 3.1.6 does not have yet.
template <typename To, typename From>
constexpr To bitCast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}

}  // namespace damask
