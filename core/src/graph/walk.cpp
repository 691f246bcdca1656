#include "graph/walk.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "graph/walk_matches.hpp"

namespace damask {
namespace {

/// All nodes are walked through where this share of them matches, as one in so many: each match
/// then costs as many nodes. Where fewer do, the matches alone are walked over, with so many times
/// ef, as fewer links lead to each; and with more where they are so many times rarer than in the
/// whole store, as those nearby then say little of where the nearest are. All measured on 110,000
/// vectors (docs/architecture.md).
constexpr std::size_t kPlainOneIn = 5;
constexpr std::uint32_t kSparseEf = 2;
constexpr std::uint32_t kRareEf = 4, kRare = 2;
constexpr std::uint32_t kFarEf = 12, kFar = 4;
/// Where so large a share of the whole store matches, as one in so many, one sorted pool is
/// frontier and result, unless it would have more than so many and so many times ef: then few
/// around the query match.
constexpr std::size_t kPooledOneIn = 2;
constexpr std::size_t kMostPooled = 2048, kMostPooledByEf = 4;
/// A walk gives up when it has scored so many nodes for each match.
constexpr std::size_t kMostPerMatch = 2;

// With a filter the frontier is separate: nodes that are not accepted lead on but do not count.
// False when it gave up, having scored `most` nodes.
bool collectAccepted(Walker& walker, Candidate start, std::uint32_t ef,
                     const std::uint64_t* accepts, std::uint64_t most, const ReadAhead* readAhead,
                     SearchScratch& scratch) {
  auto& frontier = scratch.pool;  // min-heap
  auto& found = scratch.found;    // max-heap of at most ef, sorted at the end
  const auto nearestFirst = std::greater<Candidate>();
  frontier.clear();
  scratch.seen.clear();
  walker.begin(start);
  const auto accepted = [accepts](Slot slot) { return isAccepted(accepts, slot); };
  const auto offer = [&](Candidate c) {
    if (found.size() == ef && c > found.front()) {
      if (accepted(slotOf(c))) scratch.seen.push_back(c);
      return;
    }
    frontier.push_back(c);
    std::push_heap(frontier.begin(), frontier.end(), nearestFirst);
    if (!accepted(slotOf(c))) return;
    scratch.seen.push_back(c);
    found.push_back(c);
    std::push_heap(found.begin(), found.end());
    if (found.size() > ef) {
      std::pop_heap(found.begin(), found.end());
      found.pop_back();
    }
  };
  offer(start);
  const auto takeNearest = [&]() -> std::optional<Slot> {
    if (frontier.empty()) return std::nullopt;
    const Candidate nearest = frontier.front();
    if (found.size() == ef && nearest > found.front()) return std::nullopt;
    std::pop_heap(frontier.begin(), frontier.end(), nearestFirst);
    frontier.pop_back();
    return slotOf(nearest);
  };
  for (;;) {
    std::size_t followed = 0;
    for (; followed < kFollowedAtOnce; ++followed) {
      const auto slot = takeNearest();
      if (!slot) break;
      walker.visitNeighbours(*slot, 0);
      if (readAhead != nullptr && accepted(*slot)) (*readAhead)(*slot);
    }
    if (followed == 0) break;
    if (scratch.distances > most) return false;
    walker.scoreVisited();
    for (std::size_t i = 0; i < walker.batchSize(); ++i) offer(walker.batchCandidate(i));
  }
  std::sort_heap(found.begin(), found.end());
  return true;
}

Walked collectSome(Walker& walker, const GraphView& graph, Candidate start, std::uint32_t ef,
                   const std::uint64_t* accepts, std::size_t matches, const ReadAhead* readAhead,
                   SearchScratch& scratch) {
  if (matches == 0) {
    collectAccepted(walker, start, ef, accepts, UINT64_MAX, readAhead, scratch);
    return Walked::allNodes;
  }
  const std::size_t pooled = std::max(kMostPooled, kMostPooledByEf * ef);
  if (matches * kPooledOneIn >= graph.nodes &&
      walker.collectAmong(start, 0, ef, kFollowedAtOnce, accepts, pooled, readAhead)) {
    return Walked::allNodes;
  }
  scratch.found.clear();
  const Surroundings around = lookAround(graph, walker.slotOf(start), accepts);
  if (around.matches * kPlainOneIn >= around.nodes) {
    const std::uint64_t most = scratch.distances + kMostPerMatch * matches;
    return collectAccepted(walker, start, ef, accepts, most, readAhead, scratch) ? Walked::allNodes
                                                                                 : Walked::gaveUp;
  }
  // Slots stay below 2^31, and a few lists are looked at: nothing here overflows 64 bits.
  const auto isRarer = [&](std::uint32_t times) {
    return std::uint64_t{around.matches} * times * graph.nodes <
           std::uint64_t{around.nodes} * matches;
  };
  ef *= isRarer(kFar) ? kFarEf : isRarer(kRare) ? kRareEf : kSparseEf;
  // Up to 2 m of them are met at each of ef.
  if (matches <= std::size_t{2} * graph.m * ef) return Walked::gaveUp;
  collectMatches(walker, graph, walker.slotOf(start), ef, accepts, matches, readAhead, scratch);
  return Walked::matches;
}

// The nodes that are not linked yet, which no walk comes to: a few, that are all scored.
void addUnlinked(Walker& walker, const GraphView& graph, std::uint32_t ef,
                 const std::uint64_t* accepts, SearchScratch& scratch) {
  scratch.batchSlots.clear();
  for (Slot slot = graph.slots; slot < graph.nodes; ++slot) {
    if (isAccepted(accepts, slot)) scratch.batchSlots.push_back(slot);
  }
  walker.scoreBatch(scratch.batchSlots);
  for (std::size_t i = 0; i < walker.batchSize(); ++i) {
    const Candidate c = walker.batchCandidate(i);
    scratch.seen.push_back(c);
    keepNearest(scratch.found, ef, c);
  }
}

}  // namespace

Walked walk(const GraphView& graph, const Codec& codec, const WalkQuery& query, std::uint32_t ef,
            const std::uint64_t* accepts, std::size_t matches, const ReadAhead* readAhead,
            SearchScratch& scratch) {
  Walked walked = Walked::allNodes;
  scratch.found.clear();
  scratch.seen.clear();
  Walker walker(graph, codec, query, scratch);
  if (graph.slots != 0) {
    const Candidate start = walker.descendTo(0);
    if (accepts == nullptr) {
      walker.collect(start, 0, ef, kFollowedAtOnce, readAhead);
    } else {
      walked = collectSome(walker, graph, start, ef, accepts, matches, readAhead, scratch);
    }
  }
  if (walked == Walked::gaveUp) return walked;
  if (graph.slots != graph.nodes) addUnlinked(walker, graph, ef, accepts, scratch);
  return walked;
}

}  // namespace damask
