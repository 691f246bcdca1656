#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph_view.hpp"
#include "graph/order.hpp"

namespace damask {

/// One bit per slot, cleared by undoing what was set, so that a search costs what it visits.
class VisitedSet {
 public:
  void begin(Slot slots) {
    const std::size_t words = (std::size_t{slots} + 63) / 64;
    if (words_.size() < words) words_.resize(words, 0);
    for (const Slot slot : visited_) words_[slot / 64] = 0;
    visited_.clear();
  }

  /// True the first time a slot is visited.
  bool visit(Slot slot) {
    std::uint64_t& word = words_[slot / 64];
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if (word & bit) return false;
    visited_.push_back(slot);
    word |= bit;
    return true;
  }

  std::size_t count() const noexcept { return visited_.size(); }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<Slot> visited_;
};

/// A node and its estimated distance as one number: (ordered estimate, slot) in the high 63 bits,
/// and whether its links were followed in the lowest. Slots stay below 2^31.
using Candidate = std::int64_t;
inline Candidate candidate(float estimated, Slot slot) noexcept {
  return std::int64_t{orderedBits(estimated)} * (std::int64_t{1} << 32) + (std::int64_t{slot} << 1);
}
inline Slot slotOf(Candidate c) noexcept {
  return static_cast<Slot>((c & 0xffffffff) >> 1);
}
inline bool isExpanded(Candidate c) noexcept {
  return (c & 1) != 0;
}

/// Everything a search needs beside the store. One per thread; grows to the largest store searched.
struct SearchScratch {
  VisitedSet visited;
  std::vector<Candidate> pool;   ///< The walk's frontier.
  std::vector<Candidate> found;  ///< What the walk returns.
  std::vector<Slot> batchSlots;  ///< A hop's unvisited neighbours.
  std::vector<const std::int8_t*> batchCodes;
  std::vector<std::int32_t> batchDots;
  std::vector<std::int8_t> queryHi, queryLo;
  std::vector<std::uint64_t> matches;  ///< One bit per slot that a filter lets through.
  std::vector<std::vector<std::uint64_t>> filterBits;  ///< Of the terms of a filter in evaluation.
  std::vector<std::uint8_t> filterNames;               ///< Which names a term lets through.
  struct Ranked {
    double distance;
    Slot slot;
  };
  std::vector<Ranked> ranked;
  /// One that maximal marginal relevance may choose.
  struct MmrCandidate {
    Ranked ranked;
    float relevance;  ///< Its score.
    float nearest;    ///< The largest score with one that was chosen.
  };
  std::vector<MmrCandidate> candidates;
  std::vector<Ranked> chosen;
  std::uint64_t distances = 0;  ///< Counted since the search began.
};

}  // namespace damask
