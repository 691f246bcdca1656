#pragma once

#include "damask/error.hpp"
#include "graph/hnsw_graph.hpp"

namespace damask {

/// Checks every count, id and level of a graph that came out of a file: each list within its
/// capacity, each link to another existing node that reaches that level, none twice, the entry on
/// the top level and no node above it. O(links). Errors: snapshotCorrupt, naming
/// the section and the slot.
Result<void> checkGraph(const HnswGraph& graph, const HnswOptions& options);

}  // namespace damask
