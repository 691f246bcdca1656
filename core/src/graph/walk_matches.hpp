#pragma once

#include <cstddef>
#include <cstdint>

#include "graph/graph_view.hpp"
#include "graph/scratch.hpp"
#include "graph/walker.hpp"

namespace damask {

/// How many of the nodes around one match: of its neighbours at level 0, and of those of the first
/// few of them.
struct Surroundings {
  std::size_t matches = 0;
  std::size_t nodes = 0;
};
Surroundings lookAround(const GraphView& graph, Slot slot, const std::uint64_t* accepts) noexcept;

/// As Walker::collect() at level 0, but of the nodes that `accepts` has a bit for alone: those that
/// it has none for are not scored, but looked through to their own neighbours, as in Patel and
/// others, "ACORN: performant and predicate-agnostic search over vector embeddings and structured
/// data" (2024). It begins around `start` and at some of the `matches` nodes, spread over all,
/// as the former may be far from them. Throws std::bad_alloc.
void collectMatches(Walker& walker, const GraphView& graph, Slot start, std::uint32_t ef,
                    const std::uint64_t* accepts, std::size_t matches, const ReadAhead* readAhead,
                    SearchScratch& scratch);

}  // namespace damask
