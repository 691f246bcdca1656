#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph.hpp"
#include "graph/link_changes.hpp"
#include "graph/link_scratch.hpp"

namespace damask {

/// Carries the links of a graph over to another that has copies of some of its nodes, in their
/// order, under other numbers. Where a link leads to a node that was not copied, its place is given
/// to one of the nodes around that one: first to those that are diverse, then to the nearest (after
/// Singh et al., "FreshDiskANN", 2021, algorithm 4). The first graph may change meanwhile; what is
/// written to is carried over again.
class KeptLinks {
 public:
  /// From now on notes which lists of `from` are written to. With room for so many nodes of it and
  /// so many copies; for more, what there is is copied. Throws std::bad_alloc.
  KeptLinks(Graph& from, std::size_t nodes, std::size_t copies);

  /// The next node of the copy is one of `origin`, a later one than those before.
  void addCopy(Slot origin) {
    copies_.resize(origin + std::size_t{1}, kNoSlot);
    copies_[origin] = static_cast<Slot>(origins_.size());
    origins_.push_back(origin);
  }

  /// Links copies whose origins are linked, or carries lists over again, at most `most` nodes; all
  /// nodes of `from` were copied or are not going to be. Returns how many it was, 0 when none is
  /// left. Throws std::bad_alloc; `to` is then of no use. O(m) a list, and O(m^2) distances where
  /// links lead to nodes that were not copied.
  std::size_t step(const Graph& from, Graph& to, const Codec& codec, std::size_t most);
  bool isComplete(const Graph& from, const Graph& to) const noexcept;

  std::size_t bytes() const noexcept {
    return copies_.capacity() * 4 + origins_.capacity() * 4 + changes_->bytes();
  }

 private:
  void carry(const GraphView& from, Graph& to, const Codec& codec, Slot node, std::int32_t level);
  void lookThrough(const GraphView& from, Slot origin, std::int32_t level);

  Slot copyOf(Slot origin) const noexcept {
    return origin < copies_.size() ? copies_[origin] : kNoSlot;
  }

  std::shared_ptr<LinkChanges> changes_;
  std::vector<Slot> copies_;   ///< Of each node of `from`; kNoSlot: none.
  std::vector<Slot> origins_;  ///< Of each copy.
  LinkScratch scratch_;
  std::vector<Slot> around_;  ///< Copies that may take the places of what was not copied.
};

}  // namespace damask
