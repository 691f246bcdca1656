#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/block_array.hpp"

namespace damask {

/// Calls `use(slot)` for each bit that is set, in ascending order.
template <typename Use>
void forEachBit(std::span<const std::uint64_t> words, const Use& use) {
  for (std::size_t word = 0; word < words.size(); ++word) {
    for (std::uint64_t left = words[word]; left != 0; left &= left - 1) {
      use(static_cast<Slot>(word * 64 + static_cast<unsigned>(std::countr_zero(left))));
    }
  }
}

}  // namespace damask
