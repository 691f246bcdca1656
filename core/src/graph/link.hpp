#pragma once

#include <cstdint>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph.hpp"
#include "graph/scratch.hpp"

namespace damask {

/// Memory that linking one node leaves to the next.
struct LinkScratch {
  SearchScratch search;
  std::vector<std::vector<Slot>> chosen;  ///< Per level, nearest first.
  std::vector<Slot> kept;                 ///< What a full list keeps.
  std::vector<Candidate> candidates;
  std::vector<const std::uint8_t*> codes;
  std::vector<std::int32_t> dots;
  std::vector<std::int8_t> self, other;  ///< Top planes, expanded.
};

/// Links the next node of the graph that is not linked: at each of its levels to the most diverse
/// of the efConstruction nearest that a search finds, and these back to it (Malkov and Yashunin,
/// 2016, algorithms 1, 2 and 4). Deterministic. Throws std::bad_alloc, with nothing changed.
/// About O(efConstruction * m) distances.
void linkNext(Graph& graph, const Codec& codec, std::uint32_t efConstruction, LinkScratch& scratch);

}  // namespace damask
