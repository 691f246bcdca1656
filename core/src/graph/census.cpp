#include "graph/census.hpp"

#include <algorithm>

#include "graph/prefetch.hpp"
#include "graph/walker.hpp"

namespace damask {

Census::Census(const GraphView& graph)
    : nodes_(graph.slots), inDegrees_(graph.slots, 0), reached_((graph.slots + 63) / 64, 0) {
  queue_.reserve(nodes_);
  if (nodes_ == 0) {
    phase_ = Phase::complete;
  } else {
    reach(graph.entry);
  }
}

bool Census::step(const GraphView& graph, const std::uint64_t* live, std::size_t most) {
  most = std::min<std::size_t>(most, nodes_);
  if (phase_ == Phase::counting && !count(graph, live, most)) return false;
  if (phase_ == Phase::walking && !walk(graph, most)) return false;
  if (phase_ == Phase::telling && !tell(live, most)) return false;
  return true;
}

// True when there is room for the next phase in the same step: there never is.
bool Census::count(const GraphView& graph, const std::uint64_t* live, std::size_t most) {
  const auto end = static_cast<Slot>(std::min<std::size_t>(nodes_, next_ + most));
  for (; next_ < end; ++next_) {
    const LinkList links = graph.links(next_, 0);
    const bool isLive = isAccepted(live, next_);
    ++(isLive ? found_.live : found_.tombstones);
    links.each([&](Slot slot) {
      if (slot < nodes_ && inDegrees_[slot] != UINT8_MAX) ++inDegrees_[slot];
      if (!isLive) return;
      ++found_.links;
      if (!isAccepted(live, slot)) ++found_.linksToTombstones;
    });
  }
  if (next_ == nodes_) phase_ = Phase::walking;
  return false;
}

bool Census::walk(const GraphView& graph, std::size_t most) {
  constexpr std::size_t kAhead = 8;
  const std::size_t end = std::min<std::size_t>(queue_.size(), followed_ + most);
  for (; followed_ < end; ++followed_) {
    if (followed_ + kAhead < queue_.size()) {
      const LinkList ahead = graph.links(queue_[followed_ + kAhead], 0);
      prefetch(ahead.begin(), ahead.bytes());
    }
    const LinkList links = graph.links(queue_[followed_], 0);
    links.each([this](Slot other) { reach(other); });
  }
  if (followed_ < queue_.size()) return false;
  phase_ = Phase::telling;
  next_ = 0;
  return false;
}

bool Census::tell(const std::uint64_t* live, std::size_t most) {
  const auto end = static_cast<Slot>(std::min<std::size_t>(nodes_, next_ + most));
  for (; next_ < end; ++next_) {
    if (!isAccepted(live, next_)) continue;
    const std::uint8_t degree = inDegrees_[next_];
    if (degree < found_.lowInDegrees.size()) ++found_.lowInDegrees[degree];
    if (!isReached(next_)) ++found_.unreachable;
    if (!isReached(next_) || degree < kWeakBelow) suspects_.push_back(next_);
  }
  if (next_ < nodes_) return false;
  phase_ = Phase::complete;
  return true;
}

// There is room for all nodes.
void Census::reach(Slot slot) {
  if (slot >= nodes_ || isReached(slot)) return;
  reached_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  queue_.push_back(slot);
}

void Census::noteLink(Slot slot, Slot instead) noexcept {
  if (slot < nodes_ && inDegrees_[slot] != UINT8_MAX) ++inDegrees_[slot];
  // One that has reached the highest count stays there: it is far from weak.
  if (instead < nodes_ && inDegrees_[instead] != UINT8_MAX) --inDegrees_[instead];
}

void Census::reachFrom(const GraphView& graph, Slot slot) {
  reach(slot);
  for (; followed_ < queue_.size(); ++followed_) {
    const LinkList links = graph.links(queue_[followed_], 0);
    links.each([this](Slot other) { reach(other); });
  }
}

}  // namespace damask
