#pragma once

#include <algorithm>
#include <cstdint>

#include "graph/graph_view.hpp"
#include "graph/order.hpp"
#include "graph/prefetch.hpp"
#include "graph/scratch.hpp"

namespace damask {

/// Whose neighbours are sought: a query, or a vector that is to be linked.
struct WalkQuery {
  const std::int8_t* hi;
  HotFactor factor;
  /// Candidates of equal estimate are ordered by slot xor this: 0 for a query; for a node its own
  /// slot, so that the order of two nodes is the same seen from either.
  Slot tie = 0;
};

/// One search of a graph, step by step.
class Walker {
 public:
  Walker(const GraphView& graph, const Codec& codec, const WalkQuery& query,
         SearchScratch& scratch) noexcept
      : graph_(graph), codec_(codec), query_(query), scratch_(scratch) {}

  Slot slotOf(Candidate c) const noexcept { return damask::slotOf(c) ^ query_.tie; }

  Candidate score(Slot slot) {
    clearBatch();
    addToBatch(slot);
    scoreBatch();
    return batchCandidate(0);
  }

  /// Greedy descent: at each level above `level`, moves to the best neighbour until none is better.
  Candidate descendTo(std::int32_t level) {
    Candidate best = score(graph_.entry);
    for (std::int32_t l = graph_.maxLevel; l > level; --l) {
      for (bool moved = true; moved;) {
        moved = false;
        const LinkList links = graph_.links(slotOf(best), l);
        clearBatch();
        for (const Slot* link = links.begin(); link != links.begin() + links.capacity(); ++link) {
          if (*link == kNoSlot) break;
          addToBatch(*link);
        }
        scoreBatch();
        for (std::size_t i = 0; i < batchSize(); ++i) {
          const Candidate c = batchCandidate(i);
          if (c < best) {
            best = c;
            moved = true;
          }
        }
      }
    }
    return best;
  }

  /// The `ef` nearest that a best-first search of one level from `start` finds, into scratch.found,
  /// nearest first. That pool is both frontier and result: the best seen, each followed once.
  void collect(Candidate start, std::int32_t level, std::uint32_t ef) {
    auto& pool = scratch_.found;
    pool.clear();
    pool.reserve(ef + std::size_t{1});
    begin(start);
    pool.push_back(start);
    for (std::size_t next = 0; next < pool.size();) {
      if (isExpanded(pool[next])) {
        ++next;
        continue;
      }
      pool[next] |= 1;
      prefetchLinksAfter(next);
      scoreNeighbours(slotOf(pool[next]), level);
      for (std::size_t i = 0; i < batchSize(); ++i) {
        const Candidate c = batchCandidate(i);
        if (pool.size() == ef && c > pool.back()) continue;
        const auto at = std::upper_bound(pool.begin(), pool.end(), c);
        const auto position = static_cast<std::size_t>(at - pool.begin());
        if (pool.size() == ef) pool.pop_back();
        pool.insert(pool.begin() + static_cast<std::ptrdiff_t>(position), c);
        next = std::min(next, position);
      }
    }
  }

  /// Begins a search of one level, whose nodes are each scored once.
  void begin(Candidate start) {
    scratch_.visited.begin(graph_.slots);
    scratch_.visited.visit(slotOf(start));
  }
  /// Scores the neighbours that were not yet, as one batch.
  void scoreNeighbours(Slot slot, std::int32_t level) {
    const LinkList links = graph_.links(slot, level);
    clearBatch();
    for (const Slot* link = links.begin(); link != links.begin() + links.capacity(); ++link) {
      if (*link == kNoSlot) break;
      if (scratch_.visited.visit(*link)) addToBatch(*link);
    }
    scoreBatch();
  }
  std::size_t batchSize() const noexcept { return scratch_.batchSlots.size(); }
  Candidate batchCandidate(std::size_t i) const noexcept {
    const Slot slot = scratch_.batchSlots[i];
    const float estimated =
        estimate(scratch_.batchDots[i], query_.factor, graph_.factor(slot), codec_.weight());
    return candidate(estimated, slot ^ query_.tie);
  }

 private:
  void clearBatch() noexcept {
    scratch_.batchSlots.clear();
    scratch_.batchCodes.clear();
  }

  void addToBatch(Slot slot) {
    const std::int8_t* code = graph_.code(slot);
    prefetch(code, codec_.dimension());
    scratch_.batchSlots.push_back(slot);
    scratch_.batchCodes.push_back(code);
  }

  void scoreBatch() {
    const std::size_t count = batchSize();
    if (scratch_.batchDots.size() < count) scratch_.batchDots.resize(count);
    codec_.kernels().dot8Batch(query_.hi, scratch_.batchCodes.data(), count, codec_.dimension(),
                               scratch_.batchDots.data());
    scratch_.distances += count;
  }

  // The next one to be followed, unless this one's neighbours are nearer.
  void prefetchLinksAfter(std::size_t position) const noexcept {
    const auto& pool = scratch_.found;
    while (++position < pool.size()) {
      if (isExpanded(pool[position])) continue;
      prefetch(graph_.links0[slotOf(pool[position])], 2 * sizeof(Slot) * graph_.m);
      return;
    }
  }

  const GraphView& graph_;
  const Codec& codec_;
  const WalkQuery& query_;
  SearchScratch& scratch_;
};

}  // namespace damask
