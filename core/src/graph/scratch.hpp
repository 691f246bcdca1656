#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "damask/filter.hpp"
#include "graph/graph_view.hpp"
#include "graph/order.hpp"

namespace damask {

/// One bit per slot, cleared by undoing what was set, so that a search costs what it visits; and
/// the slots in the order of their visits.
class VisitedSet {
 public:
  void begin(Slot slots) {
    const std::size_t words = (std::size_t{slots} + 63) / 64;
    if (words_.size() < words) words_.resize(words, 0);
    if (count_ < words_.size()) {
      for (const Slot slot : since(0)) words_[slot / 64] = 0;
    } else {
      std::fill(words_.begin(), words_.end(), 0);
    }
    count_ = 0;
  }

  /// Visits those of a list that were not yet. No branch depends on whether they were: it could not
  /// be predicted.
  void visit(const LinkList& links) {
    if (order_.size() < count_ + links.capacity()) order_.resize(2 * (count_ + links.capacity()));
    std::uint64_t* const words = words_.data();
    Slot* end = order_.data() + count_;
    for (const Slot* link = links.begin(); link != links.begin() + links.capacity(); ++link) {
      const Slot slot = *link;
      if (slot == kNoSlot) break;
      const std::uint64_t word = words[slot / 64];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
      *end = slot;
      end += (word & bit) == 0;
      words[slot / 64] = word | bit;
    }
    count_ = static_cast<std::size_t>(end - order_.data());
  }

  /// Visits those of a list that were not yet and that `accepts` has a bit for, or, when `inverted`
  /// is all ones, has none for. Returns how many of those there are, visited before or not.
  std::size_t visitAmong(const LinkList& links, const std::uint64_t* accepts,
                         std::uint64_t inverted) {
    if (order_.size() < count_ + links.capacity()) order_.resize(2 * (count_ + links.capacity()));
    std::uint64_t* const words = words_.data();
    Slot* end = order_.data() + count_;
    std::size_t among = 0;
    for (const Slot* link = links.begin(); link != links.begin() + links.capacity(); ++link) {
      const Slot slot = *link;
      if (slot == kNoSlot) break;
      const std::uint64_t word = words[slot / 64];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64) & (accepts[slot / 64] ^ inverted);
      *end = slot;
      end += (bit & ~word) != 0;
      among += bit != 0;
      words[slot / 64] = word | bit;
    }
    count_ = static_cast<std::size_t>(end - order_.data());
    return among;
  }

  std::size_t count() const noexcept { return count_; }
  /// Those visited since there were so many, in order; until the next visit.
  std::span<const Slot> since(std::size_t count) const noexcept {
    return {order_.data() + count, count_ - count};
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<Slot> order_;
  std::size_t count_ = 0;
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
/// The largest candidate of an estimate.
inline Candidate lastCandidate(float estimated) noexcept {
  return std::int64_t{orderedBits(estimated)} * (std::int64_t{1} << 32) + 0xffffffff;
}
inline float estimateOf(Candidate c) noexcept {
  const auto ordered = static_cast<std::int32_t>(c >> 32);
  return bitCast<float>(ordered < 0 ? ordered ^ 0x7fffffff : ordered);
}
inline bool isExpanded(Candidate c) noexcept {
  return (c & 1) != 0;
}

/// What a filter lets through.
struct FilterMatches {
  std::uint64_t version = 0;  ///< Of the records it was asked of; 0: none.
  std::optional<std::string> domain, type, framework;
  std::optional<Filter> filter;
  std::vector<std::uint64_t> bits;  ///< One per slot.
  std::size_t count = 0;
};

/// The answers that were asked for last, the most recent first: searches often come with the filter
/// of the one before.
using FilterMemory = std::array<FilterMatches, 4>;

/// Adds a candidate to a pool of at most `most` that are nearest first, unless all are nearer.
inline void keepNearest(std::vector<Candidate>& pool, std::size_t most, Candidate c) {
  if (pool.size() == most) {
    if (c > pool.back()) return;
    pool.pop_back();
  }
  pool.insert(std::lower_bound(pool.begin(), pool.end(), c), c);
}

/// Everything a search needs beside the store. One per thread; grows to the largest store searched.
struct SearchScratch {
  VisitedSet visited;
  VisitedSet bridges;            ///< Nodes that do not match and were looked through.
  std::vector<Candidate> pool;   ///< The walk's frontier.
  std::vector<Candidate> found;  ///< What the walk returns.
  /// What it scored and might have returned, in no order; and maybe some that are not accepted.
  std::vector<Candidate> seen;
  std::vector<Slot> batchSlots;  ///< What is scored together.
  std::vector<const std::uint8_t*> batchCodes;
  std::vector<StoredCode> batchRows;
  std::vector<std::int32_t> batchDots;
  std::vector<std::int8_t> queryHi, queryLo;
  FilterMemory filters;
  std::vector<std::vector<std::uint64_t>> filterBits;  ///< Of the terms of a filter in evaluation.
  std::vector<std::uint64_t> filterPresent;            ///< Which slots have a term's field.
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
  std::vector<std::int8_t> chosenHi, chosenLo;  ///< The planes of the last one.
  std::uint64_t distances = 0;                  ///< Counted since the search began.
};

}  // namespace damask
