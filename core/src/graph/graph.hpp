#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/codec.hpp"
#include "graph/block_array.hpp"
#include "graph/graph_view.hpp"
#include "graph/link_archive.hpp"
#include "graph/link_changes.hpp"

namespace damask {

/// The level of a slot: P(level >= l) = m^-l, from a hash of (seed, slot) in integers only.
std::int32_t levelOf(std::uint64_t seed, Slot slot, std::uint32_t m) noexcept;

/// Levels never exceed this: with m >= 4, 4^16 is more than all slots.
inline constexpr std::int32_t kMaxLevel = 16;

/// The navigable graph over top planes: its memory, and nothing of how it is built (link.hpp) or
/// walked (walk.hpp). Nodes are only ever added; which of them are live is the store's knowledge.
class Graph {
 public:
  Graph(const Codec& codec, const HnswOptions& options, std::uint64_t seed);

  GraphView view() const noexcept;
  /// Nodes, linked or not.
  Slot slots() const noexcept { return static_cast<Slot>(factors_.size()); }
  /// The first so many are linked.
  Slot linked() const noexcept { return linked_; }
  std::int32_t level(Slot slot) const noexcept { return levels_[slot]; }
  const std::uint8_t* code(Slot slot) const noexcept { return codes_.row(slot); }
  HotFactor factor(Slot slot) const noexcept { return factors_[slot]; }
  std::uint64_t bytes() const noexcept;  ///< Allocated.

  /// Makes room for `slots` nodes; nothing changes when it throws std::bad_alloc.
  void reserve(std::size_t slots);

  /// Calls use(memory, bytes) with each block that is read at random.
  template <typename Use>
  void eachBlock(Use&& use) {
    codes_.eachBlock(use);
    links0_.eachBlock(use);
    upperLinks_.eachBlock(use);
  }

  /// Where the code of the next node is to be written before it is appended; room must be reserved.
  std::uint8_t* nextCode() noexcept { return codes_.row(slots()); }
  /// Adds the next node, unlinked.
  void append(HotFactor factor) noexcept { factors_.push_back(factor); }
  /// Takes the last node back, which is not linked.
  void removeLast() noexcept { factors_.pop_back(); }

  /// The level that the node linked()+i has or will have: drawn by its slot.
  std::int32_t levelOfNext(Slot i) const noexcept { return levelOf(seed_, linked_ + i, m_); }
  /// Lists above level 0.
  std::size_t lists() const noexcept { return upperCount_; }
  /// Makes room for so many more of them. Throws std::bad_alloc, with nothing changed.
  void reserveLists(std::size_t count) { upperLinks_.reserve(upperCount_ + count); }
  /// Makes the next node a linked one, with empty lists up to its level, and the entry when it is
  /// above all others. Room for its lists must be reserved.
  void linkNext(std::int32_t level) noexcept;
  /// To be called before a list is written to that was there before: a snapshot may need it as it
  /// is, and a rebuild may want to know. Throws std::bad_alloc, with nothing changed.
  void keepLinks(Slot slot, std::int32_t level);
  /// From now on keepLinks() notes the nodes there, as long as it is there.
  void watch(const std::shared_ptr<LinkChanges>& changes) noexcept { changes_ = changes; }
  /// The list of a node below linked(), to be written.
  std::span<LinkSlot> links(Slot slot, std::int32_t level) noexcept;

  /// Links the next node as a snapshot had it; the caller checks the whole graph (checkGraph)
  /// before it is used. `links0` and each list of `upper` is in a row of 1 + 2m and 1 + m numbers:
  /// the count, within capacity, then the slots. Throws std::bad_alloc.
  void restoreLinks(std::span<const std::uint32_t> links0, std::int32_t level,
                    std::span<const std::uint32_t> upper);
  void restoreEntry(Slot entry, std::int32_t maxLevel) noexcept;

  /// From now until thaw() the links as they are now can be had. Throws std::bad_alloc.
  void freeze() { archive_ = std::make_unique<LinkArchive>(view()); }
  void thaw() noexcept { archive_.reset(); }
  /// The graph at freeze(), of which the links are to be had from frozenLinks() alone.
  const GraphView& frozen() const noexcept { return archive_->graph(); }
  LinkList frozenLinks(Slot slot, std::int32_t level) const;

 private:
  void giveLists(std::int32_t level) noexcept;

  std::uint32_t m_;
  std::uint64_t seed_;
  BlockArray<std::uint8_t> codes_;
  BlockArray<LinkSlot> links0_;
  BlockArray<LinkSlot> upperLinks_;
  std::vector<HotFactor> factors_;
  std::vector<std::uint8_t> levels_;
  std::vector<std::uint32_t> upperRows_;  ///< Per node its first row; of no meaning at level 0.
  std::uint32_t upperCount_ = 0;          ///< Rows in use.
  Slot linked_ = 0;
  Slot entry_ = 0;
  std::int32_t maxLevel_ = -1;
  std::unique_ptr<LinkArchive> archive_;
  std::weak_ptr<LinkChanges> changes_;
};

}  // namespace damask
