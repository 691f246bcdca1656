#pragma once

#include <cstdint>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph.hpp"

namespace damask::testing {

/// A node as hnswlib is given it.
struct ReferenceNode {
  std::vector<std::uint8_t> top;
  std::vector<std::int8_t> expanded;  ///< The top plane as a query has it.
  HotFactor factor;
};

/// The graph that hnswlib builds of the same nodes, levels and distances, in the form of
/// BuiltGraph::allLinks(): node by node and level by level the number of links, then the links.
std::vector<std::uint32_t> hnswlibLinks(const std::vector<ReferenceNode>& nodes, const Codec& codec,
                                        const HnswOptions& options, std::uint64_t seed);

}  // namespace damask::testing
