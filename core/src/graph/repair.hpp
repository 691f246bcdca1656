#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "codec/codec.hpp"
#include "graph/census.hpp"
#include "graph/graph.hpp"
#include "graph/link_scratch.hpp"

namespace damask {

/// Links the nodes that a census has found unreachable or weak, a few at a time: each is searched
/// for, and the nearest that the search comes to link to it, in a free place or in that of the
/// farthest node which enough others link to, one of the same list among them: so nothing that
/// could be reached is lost. A node that has few links of its own is given more.
class Repair {
 public:
  /// Of a census that is complete.
  explicit Repair(Census&& census) noexcept : census_(std::move(census)) {}

  std::size_t bytes() const noexcept { return census_.bytes(); }
  bool isComplete() const noexcept { return next_ == census_.suspects().size(); }
  /// Goes on with the next `most` nodes; `live` has a bit per slot. Throws std::bad_alloc; the
  /// node that it came to is begun anew by the next step. O(efConstruction * m) distances a node.
  RepairReport step(Graph& graph, const Codec& codec, std::uint32_t ef, const std::uint64_t* live,
                    std::size_t most);

 private:
  bool mend(Graph& graph, const Codec& codec, std::uint32_t ef, const std::uint64_t* live,
            Slot slot);
  bool linkTo(Graph& graph, const Codec& codec, Slot owner, Slot slot);
  void giveLinks(Graph& graph, const Codec& codec, Slot slot);
  void rankFarthestFirst(const Graph& graph, const Codec& codec, Slot owner,
                         std::span<const LinkSlot> row);

  Census census_;
  std::size_t next_ = 0;
  LinkScratch scratch_;
};

}  // namespace damask
