#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "damask/pattern_store.hpp"
#include "graph/graph_view.hpp"

namespace damask {

/// A live node that fewer links than this lead to is weak: the loss of one may cut it off.
inline constexpr std::uint8_t kWeakBelow = 2;

/// A look at the links of level 0, a few nodes at a time: which nodes can be reached from the entry
/// by them, and how many lead to each. The graph may change in between: nodes that are linked later
/// are not looked at, and a link that is moved meanwhile may make a node seem unreachable, which
/// repair finds out. Holds 5 bytes and a bit per node.
class Census {
 public:
  /// Throws std::bad_alloc.
  explicit Census(const GraphView& graph);

  /// Looks at the next `most` nodes; `live` has a bit per slot. True when all were looked at.
  /// O(most * m).
  bool step(const GraphView& graph, const std::uint64_t* live, std::size_t most);
  bool isComplete() const noexcept { return phase_ == Phase::complete; }
  const GraphCensus& found() const noexcept { return found_; }

  /// Live nodes that are unreachable or weak, in ascending order; once complete.
  const std::vector<Slot>& suspects() const noexcept { return suspects_; }
  Slot nodes() const noexcept { return nodes_; }
  std::size_t bytes() const noexcept {
    return inDegrees_.capacity() + reached_.capacity() * sizeof(std::uint64_t) +
           (queue_.capacity() + suspects_.capacity()) * sizeof(Slot);
  }
  bool isReached(Slot slot) const noexcept {
    return slot < nodes_ && (reached_[slot / 64] >> (slot % 64) & 1) != 0;
  }
  std::uint8_t inDegree(Slot slot) const noexcept { return inDegrees_[slot]; }

  /// A link was written that leads to `slot`, in the place of one to `instead` (kNoSlot: of none).
  void noteLink(Slot slot, Slot instead) noexcept;
  /// `slot` can be reached, and so can all that its links lead to.
  void reachFrom(const GraphView& graph, Slot slot);

 private:
  enum class Phase : std::uint8_t { clearing, counting, walking, telling, complete };

  void clear(std::size_t most);
  void count(const GraphView& graph, const std::uint64_t* live, std::size_t most);
  void walk(const GraphView& graph, std::size_t most);
  void tell(const std::uint64_t* live, std::size_t most);
  void reach(Slot slot);

  Slot nodes_;
  Phase phase_;
  Slot next_ = 0;  ///< Of the nodes in their order.
  std::vector<std::uint8_t> inDegrees_;
  std::vector<std::uint64_t> reached_;
  std::vector<Slot> queue_;  ///< Reached, in order.
  std::size_t followed_ = 0;
  std::vector<Slot> suspects_;
  GraphCensus found_;
};

}  // namespace damask
