#include "graph/walk.hpp"

#include <algorithm>
#include <functional>

namespace damask {
namespace {

// With a filter the frontier is separate: nodes that are not accepted lead on but do not count.
void collectAccepted(Walker& walker, Candidate start, std::uint32_t ef,
                     const std::uint64_t* accepts, SearchScratch& scratch) {
  auto& frontier = scratch.pool;  // min-heap
  auto& found = scratch.found;    // max-heap of at most ef, sorted at the end
  const auto nearestFirst = std::greater<Candidate>();
  frontier.clear();
  walker.begin(start);
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
    walker.scoreNeighbours(slotOf(nearest), 0);
    for (std::size_t i = 0; i < walker.batchSize(); ++i) offer(walker.batchCandidate(i));
  }
  std::sort_heap(found.begin(), found.end());
}

}  // namespace

void walk(const GraphView& graph, const Codec& codec, const WalkQuery& query, std::uint32_t ef,
          const std::uint64_t* accepts, SearchScratch& scratch) {
  scratch.found.clear();
  if (graph.slots == 0) return;
  Walker walker(graph, codec, query, scratch);
  const Candidate start = walker.descendTo(0);
  if (accepts == nullptr) {
    walker.collect(start, 0, ef);
  } else {
    collectAccepted(walker, start, ef, accepts, scratch);
  }
}

}  // namespace damask
