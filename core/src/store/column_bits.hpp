#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace damask {

using Bits = std::vector<std::uint64_t>;

/// 64 flags of one byte each, 0 or 1, as bits.
inline std::uint64_t packFlags(const std::uint8_t* flags) noexcept {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags + 8 * i, sizeof eight);
    // Brings flag j to bit 56 + j; no two meet below.
    bits |= (eight * 0x0102040810204080u) >> 56 << (8 * i);
  }
  return bits;
}

/// The bits of `base` whose slot's value `holds`, a word of slots at a time and without a branch
/// that depends on a value: it could not be predicted. `base` has a word for every 64 of the
/// column; `selected` may be `base`.
template <typename T, typename Holds>
void selectBits(std::span<const T> column, const Bits& base, Bits& selected, const Holds& holds) {
  std::uint8_t flags[64];
  for (std::size_t word = 0; word < base.size(); ++word) {
    const std::uint64_t among = base[word];
    selected[word] = 0;
    if (among == 0) continue;
    const T* values = column.data() + word * 64;
    const std::size_t count = column.size() - word * 64;
    if (count >= 64) {
      for (std::size_t i = 0; i < 64; ++i) flags[i] = holds(values[i]) ? 1 : 0;
    } else {
      for (std::size_t i = 0; i < 64; ++i) flags[i] = i < count && holds(values[i]) ? 1 : 0;
    }
    selected[word] = among & packFlags(flags);
  }
}

/// The bits of `base` whose slot's number lies within [low, high]; none when low is above high.
template <typename T>
void selectRange(std::span<const T> column, T low, T high, const Bits& base, Bits& selected) {
  selectBits(column, base, selected, [=](T value) {
    return (static_cast<int>(value >= low) & static_cast<int>(value <= high)) != 0;
  });
}

#ifdef __SSE2__
/// What compilers do not find by themselves: two comparisons give two bits. A third of the time.
inline void selectRange(std::span<const double> column, double low, double high, const Bits& base,
                        Bits& selected) {
  const __m128d least = _mm_set1_pd(low), most = _mm_set1_pd(high);
  for (std::size_t word = 0; word < base.size(); ++word) {
    const double* values = column.data() + word * 64;
    const std::size_t count = std::min<std::size_t>(column.size() - word * 64, 64);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i + 2 <= count; i += 2) {
      const __m128d two = _mm_loadu_pd(values + i);
      const __m128d within = _mm_and_pd(_mm_cmpge_pd(two, least), _mm_cmple_pd(two, most));
      bits |= static_cast<std::uint64_t>(_mm_movemask_pd(within)) << i;
    }
    if (count % 2 != 0 && values[count - 1] >= low && values[count - 1] <= high) {
      bits |= std::uint64_t{1} << (count - 1);
    }
    selected[word] = base[word] & bits;
  }
}
#endif

}  // namespace damask
