#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph.hpp"
#include "graph/link.hpp"
#include "graph/order.hpp"
#include "graph/walk.hpp"
#include "hnswlib_graph.hpp"
#include "support/generator.hpp"
#include "support/random.hpp"

namespace damask::testing {

/// The top planes and factors of some vectors, and a graph built of them.
class BuiltGraph {
 public:
  BuiltGraph(const Vectors& vectors, Metric metric, const HnswOptions& options,
             const kernels::KernelTable* table, std::uint64_t seed = 1, Slot batch = kLinkBatch)
      : codec_(static_cast<std::uint32_t>(vectors.dimension), metric, table),
        options_(options),
        graph_(codec_, options, seed) {
    graph_.reserve(vectors.count());
    for (std::size_t row = 0; row < vectors.count(); ++row) {
      nodes_.push_back(encode(vectors[row]));
      append(graph_, nodes_.back());
    }
    linkAll(graph_, 1, batch);
  }

  using Node = ReferenceNode;

  /// In batches, the last of which may be smaller.
  void linkAll(Graph& graph, std::uint32_t threads = 1, Slot batch = kLinkBatch) const {
    Linker linker;
    Workers workers(threads);
    while (graph.linked() < graph.slots()) {
      const Slot count = std::min(batch, graph.slots() - graph.linked());
      linker.link(graph, codec_, options_.efConstruction, count, workers);
    }
  }
  static void append(Graph& graph, const Node& node) {
    std::copy(node.top.begin(), node.top.end(), graph.nextCode());
    graph.append(node.factor);
  }

  Node encode(std::span<const float> v) const {
    const std::size_t half = codec_.half();
    Node node{std::vector<std::uint8_t>(half), std::vector<std::int8_t>(2 * half), {}};
    std::vector<std::int8_t> hi(2 * half), lo(2 * half);
    std::vector<std::uint8_t> rest(restBytes(v.size()));
    const ColdFactor cold =
        codec_.encode(v, codec_.check(v, "vector").value(), hi.data(), lo.data());
    codec_.split({hi.data(), lo.data()}, node.top.data(), rest.data());
    codec_.expandTop(node.top.data(), node.expanded.data());
    node.factor = codec_.storedFactor(cold, node.top.data());
    return node;
  }

  const Codec& codec() const { return codec_; }
  const HnswOptions& options() const { return options_; }
  const Graph& graph() const { return graph_; }
  Graph& graph() { return graph_; }
  const std::vector<Node>& nodes() const { return nodes_; }

  /// A (distance, slot) pair as the walk orders it.
  std::int64_t rankOf(const Node& query, Slot slot) const {
    const Node& node = nodes_[slot];
    const std::int32_t dot =
        codec_.kernels().dot8(query.expanded.data(), node.expanded.data(), 2 * codec_.half());
    const float estimated = estimate(dot, query.factor, node.factor, codec_.weight());
    return (std::int64_t{orderedBits(estimated)} << 32) + slot;
  }

  std::vector<Slot> walkFrom(const Node& query, std::uint32_t ef, const std::uint64_t* accepts,
                             SearchScratch& scratch) const {
    walk(graph_.view(), codec_, {query.expanded.data(), query.factor}, ef, accepts, 0, nullptr,
         scratch);
    std::vector<Slot> slots;
    for (const Candidate c : scratch.found) slots.push_back(slotOf(c));
    return slots;
  }

  /// Whether each slot can be reached from one of `open` over the links of level 0.
  std::vector<bool> reachableFrom(std::vector<Slot> open) const {
    const GraphView view = graph_.view();
    std::vector<bool> seen(view.slots, false);
    for (const Slot slot : open) seen[slot] = true;
    while (!open.empty()) {
      const LinkList links = view.links(open.back(), 0);
      open.pop_back();
      for (std::uint32_t i = 0; i < links.count(); ++i) {
        if (seen[links[i]]) continue;
        seen[links[i]] = true;
        open.push_back(links[i]);
      }
    }
    return seen;
  }

  /// Every link of every node, level by level, so that graphs can be compared.
  std::vector<std::uint32_t> allLinks() const { return linksOf(graph_); }
  static std::vector<std::uint32_t> linksOf(const Graph& graph) {
    std::vector<std::uint32_t> all;
    const GraphView view = graph.view();
    for (Slot slot = 0; slot < view.slots; ++slot) {
      for (std::int32_t level = 0; level <= graph.level(slot); ++level) {
        const LinkList links = view.links(slot, level);
        all.push_back(links.count());
        for (std::uint32_t i = 0; i < links.count(); ++i) all.push_back(links[i]);
      }
    }
    return all;
  }

 private:
  Codec codec_;
  HnswOptions options_;
  Graph graph_;
  std::vector<Node> nodes_;
};

/// Rows around a few centres, so close that their top planes hardly differ.
inline Vectors nearDuplicates(std::size_t count, std::size_t groups, std::size_t dimension,
                              float spread, std::uint64_t seed) {
  Random random(seed);
  const auto component = [&random] {
    return static_cast<float>(random.between(-1000000, 1000000)) / 1e6f;
  };
  std::vector<float> centres(groups * dimension);
  for (float& x : centres) x = component();
  Vectors vectors{dimension, {}};
  for (std::size_t row = 0; row < count; ++row) {
    const std::size_t centre = random.below(static_cast<std::uint32_t>(groups)) * dimension;
    for (std::size_t d = 0; d < dimension; ++d) {
      vectors.values.push_back(centres[centre + d] + spread * component());
    }
  }
  return vectors;
}

}  // namespace damask::testing
