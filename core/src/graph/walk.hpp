#pragma once

#include <cstdint>

#include "codec/codec.hpp"
#include "graph/graph_view.hpp"
#include "graph/scratch.hpp"
#include "graph/walker.hpp"

namespace damask {

/// The `ef` nodes nearest to the query that a best-first walk finds, among those that `accepts`
/// has a bit for (null: all of them), left in scratch.found, nearest first, and in scratch.seen all
/// that were scored and are accepted. Nodes that are not accepted are walked through all the same;
/// those that are not linked yet are all scored.
/// Deterministic: candidates are ordered by (estimate, slot). `readAhead`, when there is one, is
/// told of those that will probably be among them. Throws std::bad_alloc.
void walk(const GraphView& graph, const Codec& codec, const WalkQuery& query, std::uint32_t ef,
          const std::uint64_t* accepts, const ReadAhead* readAhead, SearchScratch& scratch);

}  // namespace damask
