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
    Visits visits(*this, links.capacity());
    links.each([&](Slot slot) { visits.add(slot); });
    count_ = visits.count(*this);
  }
  /// The same of slots that are no list.
  void visit(std::span<const Slot> slots) {
    Visits visits(*this, slots.size());
    for (const Slot slot : slots) visits.add(slot);
    count_ = visits.count(*this);
  }

  /// Visits those of a list that were not yet and that `accepts` has a bit for, or, when `inverted`
  /// is all ones, has none for. Returns how many of those there are, visited before or not.
  std::size_t visitAmong(const LinkList& links, const std::uint64_t* accepts,
                         std::uint64_t inverted) {
    Visits visits(*this, links.capacity());
    std::size_t among = 0;
    links.each([&](Slot slot) { among += visits.addAmong(slot, accepts[slot / 64] ^ inverted); });
    count_ = visits.count(*this);
    return among;
  }

  std::size_t count() const noexcept { return count_; }
  /// Those visited since there were so many, in order; until the next visit.
  std::span<const Slot> since(std::size_t count) const noexcept {
    return {order_.data() + count, count_ - count};
  }

 private:
  // Visits at most so many more, with all that this takes at hand.
  class Visits {
   public:
    Visits(VisitedSet& set, std::size_t most) {
      if (set.order_.size() < set.count_ + most) set.order_.resize(2 * (set.count_ + most));
      words_ = set.words_.data();
      end_ = set.order_.data() + set.count_;
    }
    void add(Slot slot) noexcept {
      const std::uint64_t word = words_[slot / 64];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
      *end_ = slot;
      end_ += (word & bit) == 0;
      words_[slot / 64] = word | bit;
    }
    // The same if its bit of `wanted` is set, and whether it is.
    bool addAmong(Slot slot, std::uint64_t wanted) noexcept {
      const std::uint64_t word = words_[slot / 64];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64) & wanted;
      *end_ = slot;
      end_ += (bit & ~word) != 0;
      words_[slot / 64] = word | bit;
      return bit != 0;
    }
    std::size_t count(const VisitedSet& set) const noexcept {
      return static_cast<std::size_t>(end_ - set.order_.data());
    }

   private:
    std::uint64_t* words_;
    Slot* end_;
  };

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
