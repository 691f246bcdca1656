#include "graph/repair.hpp"

#include <algorithm>
#include <functional>

#include "graph/diverse.hpp"
#include "graph/walker.hpp"

namespace damask {
namespace {

/// A link may be taken from a node that so many lead to: it is not weak without it.
constexpr std::uint8_t kEnough = 4;

/// A search for live nodes among tombstones ends when it has met so many nodes.
constexpr std::size_t kMostSought = 16384;

bool hasLink(const GraphView& graph, Slot from, Slot to) {
  const LinkList links = graph.links(from, 0);
  const LinkSlot* end = links.begin() + links.count();
  return std::find(links.begin(), end, to) != end;
}

/// Whether another node of a list links to one of it: without the list's own link, all that could
/// be reached before can be reached still.
bool isReachedThrough(const GraphView& graph, std::span<const LinkSlot> row, Slot slot) {
  return std::any_of(row.begin(), row.end(), [&](Slot through) {
    return through != slot && hasLink(graph, through, slot);
  });
}

}  // namespace

RepairReport Repair::step(Graph& graph, const Codec& codec, std::uint32_t ef,
                          const std::uint64_t* live, std::size_t most) {
  scratch_.prepare(graph.view().m, codec);
  RepairReport report;
  for (; !isComplete() && report.nodes < most; ++next_) {
    const Slot slot = census_.suspects()[next_];
    if (!isAccepted(live, slot)) continue;
    ++report.nodes;
    if (mend(graph, codec, ef, live, slot)) ++report.linked;
  }
  return report;
}

// Whether a link was written.
bool Repair::mend(Graph& graph, const Codec& codec, std::uint32_t ef, const std::uint64_t* live,
                  Slot slot) {
  if (census_.isReached(slot) && census_.inDegree(slot) >= kWeakBelow) return false;
  const GraphView view = graph.view();
  codec.expandTop(graph.code(slot), scratch_.self.data());
  const WalkQuery query{scratch_.self.data(), graph.factor(slot), slot};
  Walker walker(view, codec, query, scratch_.search);
  auto& found = scratch_.search.found;
  const auto seek = [&](Candidate start) {
    walker.collectAmong(start, 0, ef + 1, 1, live, std::max<std::size_t>(kMostSought, ef), nullptr);
    std::erase_if(found, [&](Candidate c) {
      const Slot other = walker.slotOf(c);
      return other == slot || !isAccepted(live, other) || !census_.isReached(other);
    });
  };
  seek(walker.descendTo(0));
  // The descent may end among nodes that only upper levels lead to.
  if (found.empty()) seek(walker.descendTo(view.maxLevel));
  giveLinks(graph, codec, slot);

  bool linked = false;
  for (const Candidate c : found) {
    if (census_.isReached(slot) && census_.inDegree(slot) >= kWeakBelow) break;
    const Slot owner = walker.slotOf(c);
    const bool isNew = linkTo(graph, codec, owner, slot);
    if (isNew || hasLink(graph.view(), owner, slot)) census_.reachFrom(graph.view(), slot);
    linked |= isNew;
  }
  return linked;
}

// Whether there was a place for it, and no such link yet.
bool Repair::linkTo(Graph& graph, const Codec& codec, Slot owner, Slot slot) {
  if (hasLink(graph.view(), owner, slot)) return false;
  const auto row = graph.links(owner, 0);
  const auto end = std::find(row.begin(), row.end(), kNoSlot);
  if (end != row.end()) {
    graph.keepLinks(owner, 0);
    *end = slot;
    census_.noteLink(slot, kNoSlot);
    return true;
  }
  rankFarthestFirst(graph, codec, owner, row);
  for (const Candidate c : scratch_.candidates) {
    const Slot other = slotOf(c) ^ owner;
    if (other < census_.nodes() && census_.inDegree(other) < kEnough) continue;
    if (!isReachedThrough(graph.view(), row, other)) continue;
    graph.keepLinks(owner, 0);
    census_.noteLink(slot, other);
    *std::find(row.begin(), row.end(), other) = slot;
    return true;
  }
  return false;
}

void Repair::rankFarthestFirst(const Graph& graph, const Codec& codec, Slot owner,
                               std::span<const LinkSlot> row) {
  const GraphView view = graph.view();
  const Chooser chooser(view, codec, scratch_);
  scratch_.codes.clear();
  for (const Slot other : row) scratch_.codes.push_back(graph.code(other));
  codec.expandTop(graph.code(owner), scratch_.other.data());
  codec.kernels().dot4Batch(scratch_.other.data(), scratch_.codes.data(), row.size(), codec.half(),
                            scratch_.dots.data());
  scratch_.candidates.clear();
  for (std::size_t i = 0; i < row.size(); ++i) {
    scratch_.candidates.push_back(chooser.relation(scratch_.dots[i], row[i], owner));
  }
  std::sort(scratch_.candidates.begin(), scratch_.candidates.end(), std::greater<Candidate>());
}

// Up to m links at level 0, of those that were found.
void Repair::giveLinks(Graph& graph, const Codec& codec, Slot slot) {
  const GraphView view = graph.view();
  const auto row = graph.links(slot, 0);
  auto& kept = scratch_.kept;
  kept.clear();
  for (const Slot other : row) {
    if (other != kNoSlot) kept.push_back(other);
  }
  if (kept.size() >= view.m / 2) return;
  const std::size_t had = kept.size();
  scratch_.candidates.clear();
  for (const Candidate c : scratch_.search.found) {
    const Slot other = slotOf(c) ^ slot;
    const bool isKept = std::find(kept.begin(), kept.end(), other) != kept.end();
    if (!isKept) scratch_.candidates.push_back(c & ~Candidate{1});
  }
  Chooser(view, codec, scratch_).chooseMore(scratch_.candidates, slot, view.m, kept);
  if (kept.size() == had) return;
  graph.keepLinks(slot, 0);
  for (std::size_t i = had; i < kept.size(); ++i) census_.noteLink(kept[i], kNoSlot);
  std::fill(std::copy(kept.begin(), kept.end(), row.begin()), row.end(), kNoSlot);
}

}  // namespace damask
