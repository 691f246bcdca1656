#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "codec/codec.hpp"
#include "graph/graph_view.hpp"

namespace damask {

/// The navigable graph over high planes, built by hnswlib's plain insertion: levels are passed in
/// and every comparison carries a tie-breaker, so the links are the same on every target. Nodes
/// are only ever added; which of them are live is the store's knowledge.
class HnswGraph {
 public:
  /// Throws std::bad_alloc.
  HnswGraph(const Codec& codec, const HnswOptions& options, std::uint64_t seed);
  ~HnswGraph();
  HnswGraph(HnswGraph&&) noexcept;
  HnswGraph& operator=(HnswGraph&&) noexcept;

  GraphView view() const noexcept;
  Slot slots() const noexcept;
  std::int32_t level(Slot slot) const noexcept;
  std::uint64_t bytes() const noexcept;  ///< Allocated, locks included.

  /// Makes room for `slots` nodes; nothing changes when it throws std::bad_alloc.
  void reserve(std::size_t slots);

  /// Adds the next node and links it; room must be reserved. After an error the node exists,
  /// perhaps without all its links: the caller leaves it dead. The same holds after std::bad_alloc,
  /// which only the making of the error's sentence throws.
  Result<Slot> insert(const std::int8_t* hi, HotFactor factor);

  /// Adds the next node with its links as a snapshot had them; the caller checks the whole graph
  /// (checkGraph) before it is used. Room must be reserved. `links0` is 1 + 2m numbers, `upper`
  /// level * (1 + m). Throws std::bad_alloc.
  void restoreNode(const std::int8_t* hi, HotFactor factor, std::span<const std::uint32_t> links0,
                   std::int32_t level, std::span<const std::uint32_t> upper);
  void restoreEntry(Slot entry, std::int32_t maxLevel) noexcept;

 private:
  struct Builder;
  std::unique_ptr<Builder> builder_;
};

/// The level of a slot: P(level >= l) = m^-l, from a hash of (seed, slot) in integers only.
std::int32_t levelOf(std::uint64_t seed, Slot slot, std::uint32_t m) noexcept;

/// Levels never exceed this: with m >= 4, 4^16 is more than all slots.
inline constexpr std::int32_t kMaxLevel = 16;

}  // namespace damask
