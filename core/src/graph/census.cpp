#include "graph/census.hpp"

#include <algorithm>

#include "graph/prefetch.hpp"
#include "graph/walker.hpp"

namespace damask {
namespace {

/// In-degrees that are set to zero in the time that looking at one node takes: of a large store,
/// doing it for all at once would keep searches waiting.
constexpr std::size_t kClearedPerNode = 64;

}  // namespace

Census::Census(const GraphView& graph)
    : nodes_(graph.slots), phase_(nodes_ == 0 ? Phase::complete : Phase::clearing) {
  inDegrees_.reserve(nodes_);
  reached_.reserve((std::size_t{nodes_} + 63) / 64);
  queue_.reserve(nodes_);
  if (nodes_ > 0) queue_.push_back(graph.entry);
}

bool Census::step(const GraphView& graph, const std::uint64_t* live, std::size_t most) {
  most = std::min<std::size_t>(most, nodes_);
  switch (phase_) {
    case Phase::clearing:
      clear(most);
      break;
    case Phase::counting:
      count(graph, live, most);
      break;
    case Phase::walking:
      walk(graph, most);
      break;
    case Phase::telling:
      tell(live, most);
      break;
    case Phase::complete:
      break;
  }
  return isComplete();
}

void Census::clear(std::size_t most) {
  inDegrees_.resize(std::min<std::size_t>(nodes_, inDegrees_.size() + kClearedPerNode * most), 0);
  reached_.resize((inDegrees_.size() + 63) / 64, 0);
  if (inDegrees_.size() < nodes_) return;
  const Slot entry = queue_.front();
  reached_[entry / 64] |= std::uint64_t{1} << (entry % 64);
  phase_ = Phase::counting;
}

void Census::count(const GraphView& graph, const std::uint64_t* live, std::size_t most) {
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
}

void Census::walk(const GraphView& graph, std::size_t most) {
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
  if (followed_ < queue_.size()) return;
  phase_ = Phase::telling;
  next_ = 0;
}

void Census::tell(const std::uint64_t* live, std::size_t most) {
  const auto end = static_cast<Slot>(std::min<std::size_t>(nodes_, next_ + most));
  for (; next_ < end; ++next_) {
    if (!isAccepted(live, next_)) continue;
    const std::uint8_t degree = inDegrees_[next_];
    if (degree < found_.lowInDegrees.size()) ++found_.lowInDegrees[degree];
    if (!isReached(next_)) ++found_.unreachable;
    if (!isReached(next_) || degree < kWeakBelow) suspects_.push_back(next_);
  }
  if (next_ == nodes_) phase_ = Phase::complete;
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
