#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/codec.hpp"
#include "graph/scratch.hpp"

namespace damask {

/// Nodes are linked so many at a time: more would let threads wait for one another less, and make
/// the insert that completes a batch, and writes its links, take longer.
inline constexpr Slot kLinkBatch = 32;

/// Memory that linking leaves to the next of the same thread.
struct LinkScratch {
  SearchScratch search;
  std::vector<Slot> kept;  ///< What a list keeps.
  std::vector<Candidate> candidates;
  std::vector<const std::uint8_t*> codes;
  std::vector<std::int32_t> dots;
  std::vector<std::int8_t> self, other;  ///< Top planes, expanded.

  /// Makes room for a list and a batch. Throws std::bad_alloc.
  void prepare(std::uint32_t m, const Codec& codec) {
    const std::size_t widest = 2 * std::size_t{m} + kLinkBatch;
    kept.reserve(widest);
    candidates.reserve(widest);
    codes.reserve(widest);
    dots.resize(std::max(dots.size(), widest));
    self.resize(2 * codec.half());
    other.resize(2 * codec.half());
  }
};

}  // namespace damask
