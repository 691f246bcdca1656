#include "graph/walk_matches.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace damask {
namespace {

/// Matches that the walk begins at, beside those around its start.
constexpr std::size_t kSpread = 32;

/// Neighbours whose own are looked at: with 64 links a node some 500 nodes, which tell a share of a
/// tenth from twice as much.
constexpr std::uint32_t kLookedThrough = 8;

// Linked matches, as many ranks apart as give kSpread of them.
void spreadMatches(Slot slots, const std::uint64_t* accepts, std::size_t matches,
                   std::vector<Slot>& chosen) {
  chosen.clear();
  const std::size_t step = std::max<std::size_t>(1, matches / kSpread);
  std::size_t next = step / 2, seen = 0;
  for (std::size_t word = 0; word * 64 < slots; ++word) {
    const auto here = static_cast<std::size_t>(std::popcount(accepts[word]));
    for (; next < seen + here; next += step) {
      std::uint64_t bits = accepts[word];
      for (std::size_t skip = next - seen; skip > 0; --skip) bits &= bits - 1;
      const auto bit = static_cast<unsigned>(std::countr_zero(bits));
      const auto slot = static_cast<Slot>(word * 64 + bit);
      if (slot < slots) chosen.push_back(slot);
    }
    seen += here;
  }
}

// Of what was scored last, all into scratch.seen, the nearest into the pools.
void offerBatch(const Walker& walker, std::uint32_t ef, SearchScratch& scratch) {
  auto& frontier = scratch.pool;  // min-heap
  auto& found = scratch.found;    // max-heap of at most ef
  for (std::size_t i = 0; i < walker.batchSize(); ++i) {
    const Candidate c = walker.batchCandidate(i);
    scratch.seen.push_back(c);
    if (found.size() == ef) {
      if (c > found.front()) continue;
      std::pop_heap(found.begin(), found.end());
      found.pop_back();
    }
    found.push_back(c);
    std::push_heap(found.begin(), found.end());
    frontier.push_back(c);
    std::push_heap(frontier.begin(), frontier.end(), std::greater<>());
  }
}

}  // namespace

Surroundings lookAround(const GraphView& graph, Slot slot, const std::uint64_t* accepts) noexcept {
  Surroundings around;
  const auto count = [&](const LinkList& links) {
    const std::uint32_t nodes = links.count();
    for (std::uint32_t i = 0; i < nodes; ++i)
      around.matches += isAccepted(accepts, links[i]) ? 1 : 0;
    around.nodes += nodes;
    return nodes;
  };
  const LinkList links = graph.links(slot, 0);
  const std::uint32_t through = std::min(count(links), kLookedThrough);
  for (std::uint32_t i = 0; i < through; ++i) count(graph.links(links[i], 0));
  return around;
}

void collectMatches(Walker& walker, const GraphView& graph, Slot start, std::uint32_t ef,
                    const std::uint64_t* accepts, std::size_t matches, const ReadAhead* readAhead,
                    SearchScratch& scratch) {
  auto& frontier = scratch.pool;
  auto& found = scratch.found;
  frontier.clear();
  found.clear();
  scratch.seen.clear();
  walker.begin();
  scratch.bridges.begin(graph.slots);
  auto& spread = scratch.batchSlots;
  spreadMatches(graph.slots, accepts, matches, spread);
  walker.visit(spread);
  if (isAccepted(accepts, start)) walker.visit({&start, 1});
  walker.visitMatches(start, accepts);
  for (;;) {
    walker.scoreVisited();
    offerBatch(walker, ef, scratch);
    std::size_t followed = 0;
    for (; followed < kFollowedAtOnce && !frontier.empty(); ++followed) {
      const Candidate nearest = frontier.front();
      if (found.size() == ef && nearest > found.front()) break;
      std::pop_heap(frontier.begin(), frontier.end(), std::greater<>());
      frontier.pop_back();
      const Slot slot = walker.slotOf(nearest);
      walker.visitMatches(slot, accepts);
      if (readAhead != nullptr) (*readAhead)(slot);
    }
    if (followed == 0) break;
  }
  std::sort_heap(found.begin(), found.end());
}

}  // namespace damask
