#include "graph/walk.hpp"

#include <algorithm>
#include <functional>

#include "graph/order.hpp"
#include "graph/prefetch.hpp"

namespace damask {
namespace {

Candidate candidate(float estimated, Slot slot) noexcept {
  return std::int64_t{orderedBits(estimated)} * (std::int64_t{1} << 32) + (std::int64_t{slot} << 1);
}
bool isExpanded(Candidate c) noexcept {
  return (c & 1) != 0;
}

class Walker {
 public:
  Walker(const GraphView& graph, const Codec& codec, const WalkQuery& query,
         SearchScratch& scratch) noexcept
      : graph_(graph), codec_(codec), query_(query), scratch_(scratch) {}

  // Greedy descent: at each level above 0, move to the best neighbour until none is better.
  Candidate descend() {
    Candidate best = score(graph_.entry);
    for (std::int32_t level = graph_.maxLevel; level > 0; --level) {
      for (bool moved = true; moved;) {
        moved = false;
        const LinkList links = graph_.links(slotOf(best), level);
        clearBatch();
        for (std::uint32_t i = 0; i < links.count(); ++i) addToBatch(links[i]);
        scoreBatch();
        for (std::size_t i = 0; i < scratch_.batchSlots.size(); ++i) {
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

  // The pool is both frontier and result: the ef best nodes seen, sorted, each followed once.
  void walkAll(Candidate start, std::uint32_t ef) {
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
      scoreNeighbours(slotOf(pool[next]));
      for (std::size_t i = 0; i < scratch_.batchSlots.size(); ++i) {
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

  // With a filter the frontier is separate: nodes that are not accepted lead on but do not count.
  void walkAccepted(Candidate start, std::uint32_t ef, const std::uint64_t* accepts) {
    auto& frontier = scratch_.pool;  // min-heap
    auto& found = scratch_.found;    // max-heap of at most ef, sorted at the end
    const auto nearestFirst = std::greater<Candidate>();
    frontier.clear();
    found.clear();
    begin(start);
    const auto offer = [&](Candidate c) {
      if (found.size() == ef && c > found.front()) return;
      frontier.push_back(c);
      std::push_heap(frontier.begin(), frontier.end(), nearestFirst);
      const Slot slot = slotOf(c);
      if (!(accepts[slot / 64] >> (slot % 64) & 1)) return;
      found.push_back(c);
      std::push_heap(found.begin(), found.end());
      if (found.size() > ef) {
        std::pop_heap(found.begin(), found.end());
        found.pop_back();
      }
    };
    offer(start);
    while (!frontier.empty()) {
      std::pop_heap(frontier.begin(), frontier.end(), nearestFirst);
      const Candidate nearest = frontier.back();
      frontier.pop_back();
      if (found.size() == ef && nearest > found.front()) break;
      scoreNeighbours(slotOf(nearest));
      for (std::size_t i = 0; i < scratch_.batchSlots.size(); ++i) offer(batchCandidate(i));
    }
    std::sort_heap(found.begin(), found.end());
  }

 private:
  void begin(Candidate start) {
    scratch_.visited.begin(graph_.slots);
    scratch_.visited.visit(slotOf(start));
  }

  void clearBatch() noexcept {
    scratch_.batchSlots.clear();
    scratch_.batchCodes.clear();
  }

  void addToBatch(Slot slot) {
    const std::int8_t* code = graph_.code(slot);
    prefetch(code, codec_.dimension() + sizeof(NodeTail));
    scratch_.batchSlots.push_back(slot);
    scratch_.batchCodes.push_back(code);
  }

  void scoreBatch() {
    const std::size_t count = scratch_.batchSlots.size();
    if (scratch_.batchDots.size() < count) scratch_.batchDots.resize(count);
    codec_.kernels().dot8Batch(query_.hi, scratch_.batchCodes.data(), count, codec_.dimension(),
                               scratch_.batchDots.data());
    scratch_.distances += count;
  }

  Candidate batchCandidate(std::size_t i) const noexcept {
    const Slot slot = scratch_.batchSlots[i];
    const float estimated =
        estimate(scratch_.batchDots[i], query_.factor, graph_.factor(slot), codec_.weight());
    return candidate(estimated, slot);
  }

  Candidate score(Slot slot) {
    clearBatch();
    addToBatch(slot);
    scoreBatch();
    return batchCandidate(0);
  }

  // The next one to be followed, unless this one's neighbours are nearer.
  void prefetchLinksAfter(std::size_t position) const noexcept {
    const auto& pool = scratch_.found;
    while (++position < pool.size()) {
      if (isExpanded(pool[position])) continue;
      prefetch(graph_.node(slotOf(pool[position])), graph_.codeOffset);
      return;
    }
  }

  void scoreNeighbours(Slot slot) {
    const LinkList links = graph_.links(slot, 0);
    const std::uint32_t count = links.count();
    clearBatch();
    for (std::uint32_t i = 0; i < count; ++i) {
      if (scratch_.visited.visit(links[i])) addToBatch(links[i]);
    }
    scoreBatch();
  }

  const GraphView& graph_;
  const Codec& codec_;
  const WalkQuery& query_;
  SearchScratch& scratch_;
};

}  // namespace

void walk(const GraphView& graph, const Codec& codec, const WalkQuery& query, std::uint32_t ef,
          const std::uint64_t* accepts, SearchScratch& scratch) {
  scratch.found.clear();
  if (graph.slots == 0) return;
  Walker walker(graph, codec, query, scratch);
  const Candidate start = walker.descend();
  if (accepts == nullptr) {
    walker.walkAll(start, ef);
  } else {
    walker.walkAccepted(start, ef, accepts);
  }
}

}  // namespace damask
