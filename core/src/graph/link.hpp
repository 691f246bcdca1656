#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph.hpp"
#include "graph/link_scratch.hpp"
#include "graph/workers.hpp"

namespace damask {

/// Links the next nodes of a graph, a batch at a time: each to the most diverse of the
/// efConstruction nearest among what a search of the graph before the batch finds and the nodes of
/// the batch before it, and these back to it (Malkov and Yashunin, 2016, algorithms 1, 2 and 4).
/// No node's neighbours depend on another's links of the same batch, so they may be sought at any
/// time after the batch before, in any order and side by side, and the lists of different owners
/// written side by side: the graph is the same.
class Linker {
 public:
  /// Seeks the neighbours of the nodes from linked() up to `end`, at most kLinkBatch, unless they
  /// were sought before, and keeps them for link(). Throws std::bad_alloc. About
  /// O(efConstruction * m) distances a node.
  void seek(const Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot end,
            Workers& workers);

  /// Links the next `count` nodes, at most kLinkBatch; the graph has so many. Throws
  /// std::bad_alloc, with nothing changed.
  void link(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
            Workers& workers);
  /// The same in parts, each of which writes at most `mostLists` lists of older nodes; true when
  /// that was the last. Meanwhile the graph is whole but for those, and nothing is sought. Throws
  /// std::bad_alloc, with nothing changed.
  bool linkSome(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
                Workers& workers, std::size_t mostLists);
  bool isLinking() const noexcept { return nextOwner_ != owners_.size(); }

  /// How many of the next nodes were sought.
  Slot sought() const noexcept { return sought_; }

  /// Forgets what was sought for the last node of the graph, which is going to be another.
  void forget(const Graph& graph) noexcept;
  /// Forgets all that was sought: the links that it was sought by have changed.
  void forgetAll() noexcept;

 private:
  /// The neighbours that a node chose: per level, nearest first.
  struct Chosen {
    std::int32_t level = 0;
    std::vector<std::vector<Slot>> lists;
  };
  /// That `from` is linked to `owner` at a level.
  struct BackLink {
    std::int32_t level;
    Slot owner;
    Slot from;
  };
  /// Those of one list: backLinks_[begin] to backLinks_[end - 1].
  struct Owner {
    std::size_t begin, end;
  };

  void prepare(std::uint32_t m, const Codec& codec, Workers& workers);
  void collectBackLinks(Slot first, Slot count);
  void linkNodes(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
                 Workers& workers);

  std::vector<LinkScratch> scratch_;  ///< Per worker.
  std::vector<Chosen> chosen_;        ///< Of the nodes from linked() on.
  Slot sought_ = 0;                   ///< The first so many of them are known.
  std::vector<BackLink> backLinks_;
  std::vector<Owner> owners_;
  std::size_t nextOwner_ = 0;  ///< The first whose list is yet to be written.
};

}  // namespace damask
