#pragma once

#include "damask/error.hpp"
#include "graph/graph.hpp"

namespace damask {

/// Checks every id and level of a graph that came out of a file, whose links are all to nodes that
/// are there: each to another node that reaches that level, none twice, the entry on the top level
/// and no node above it. O(links). Errors: snapshotCorrupt, naming the section and the slot.
Result<void> checkGraph(const Graph& graph);

}  // namespace damask
