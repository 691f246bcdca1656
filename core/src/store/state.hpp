#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "codec/codec.hpp"
#include "damask/options.hpp"
#include "durable/history.hpp"
#include "graph/block_array.hpp"
#include "graph/graph.hpp"
#include "graph/link.hpp"
#include "store/records.hpp"

namespace damask {

/// Everything a store is: what a snapshot writes and reads. Row i of each part belongs to slot i.
struct StoreState {
  /// Throws std::bad_alloc.
  StoreState(const StoreOptions& storeOptions, const kernels::KernelTable* kernels)
      : options(storeOptions),
        codec(options.dimension, options.metric, kernels),
        graph(codec, options.hnsw, options.seed),
        rest(restBytes(options.dimension)),
        records(options.metadataFields),
        history(historyOf(options)) {
    if (options.precision == Precision::float32) floats.emplace(options.dimension);
  }

  StoreOptions options;
  Codec codec;
  Graph graph;                              ///< Top planes and links.
  BlockArray<std::uint8_t> rest;            ///< The other planes; erased for dead slots.
  std::optional<BlockArray<float>> floats;  ///< Originals, under Precision::float32.
  std::vector<ColdFactor> cold;             ///< For dead slots, the scale alone.
  Records records;
  std::uint64_t sequence = 0;  ///< Changes made, and what they were.
  History history;

  /// Counts a change.
  void note(const History& change) noexcept {
    ++sequence;
    history = extended(history, change);
  }

  struct Frozen {
    std::uint64_t sequence = 0;
    History history{};
  };
  Frozen frozen;  ///< What freeze() found.

  // No part of the store: what its writer works with.
  Linker linker;
  std::shared_ptr<Workers> workers = std::make_shared<Workers>(1);

  StoredCode code(Slot slot) const noexcept { return {graph.code(slot), rest.row(slot)}; }

  /// Makes room for `slots` slots in every part but the records. Throws std::bad_alloc, changing
  /// nothing that can be seen.
  void reserve(std::size_t slots) {
    reserveNodes(slots);
    reserveBlocks(slots);
  }
  /// Calls use(memory, bytes) with each large block.
  template <typename Use>
  void eachBlock(Use&& use) {
    graph.eachBlock(use);
    rest.eachBlock(use);
    if (floats) floats->eachBlock(use);
  }
  /// The parts that copy what they have when they grow.
  void reserveNodes(std::size_t slots) {
    graph.reserve(slots);
    if (cold.capacity() < slots) cold.reserve(slots);
  }
  /// The parts that grow by one block at a time.
  void reserveBlocks(std::size_t slots) {
    rest.reserve(slots);
    if (floats) floats->reserve(slots);
  }
};

}  // namespace damask
