#pragma once

#include <cstdint>

#include "codec/codec.hpp"
#include "graph/graph_view.hpp"
#include "graph/scratch.hpp"
#include "graph/walker.hpp"

namespace damask {

/// What a walk came to.
enum class Walked {
  allNodes,  ///< All nodes were walked through.
  matches,   ///< The matches alone were walked over (walk_matches.hpp).
  gaveUp,    ///< Scoring all matches takes less than what it would have gone on for.
};

/// The `ef` nodes nearest to the query that a best-first walk finds, among those that `accepts`
/// has a bit for (null: all of them), left in scratch.found, nearest first, and in scratch.seen all
/// that were scored and are accepted, and maybe others. There are `matches` of those, and around
/// the place where the descent ends it depends on their share how it goes on: nodes that are not
/// accepted are walked through all the same, as always when `matches` is 0, or looked through to
/// their neighbours. Nodes that are not linked yet are all scored. Deterministic: candidates are
/// ordered by (estimate, slot). `readAhead`, when there is one, is told of those that will probably
/// be among them. Throws std::bad_alloc.
Walked walk(const GraphView& graph, const Codec& codec, const WalkQuery& query, std::uint32_t ef,
            const std::uint64_t* accepts, std::size_t matches, const ReadAhead* readAhead,
            SearchScratch& scratch);

}  // namespace damask
