#include "graph/repair.hpp"

#include <algorithm>

#include "graph/diverse.hpp"
#include "graph/walker.hpp"

namespace damask {
namespace {

/// A link may be taken from a node that so many lead to: it is not weak without it.
constexpr std::uint8_t kEnough = 4;

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
  walker.collect(walker.descendTo(0), 0, ef, 1, nullptr);
  auto& found = scratch_.search.found;
  const auto isUsable = [&](Candidate c) {
    const Slot other = walker.slotOf(c);
    return other != slot && isAccepted(live, other);
  };
  const std::size_t before = found.size();
  std::erase_if(found, [&](Candidate c) { return walker.slotOf(c) == slot; });
  if (found.size() < before) census_.reachFrom(view, slot);
  std::erase_if(found, [&](Candidate c) { return !isUsable(c); });
  giveLinks(graph, codec, live, slot);

  bool linked = false;
  for (const Candidate c : found) {
    if (census_.isReached(slot) && census_.inDegree(slot) >= kWeakBelow) break;
    if (!linkTo(graph, codec, walker.slotOf(c), slot)) continue;
    census_.reachFrom(graph.view(), slot);
    linked = true;
  }
  return linked;
}

// Whether there was a place for it, and no such link yet.
bool Repair::linkTo(Graph& graph, const Codec& codec, Slot owner, Slot slot) {
  const auto row = graph.links(owner, 0);
  const auto end = std::find(row.begin(), row.end(), kNoSlot);
  if (std::find(row.begin(), end, slot) != end) return false;
  if (end != row.end()) {
    graph.keepLinks(owner, 0);
    *end = slot;
    census_.noteLink(slot, kNoSlot);
    return true;
  }
  const GraphView view = graph.view();
  Chooser chooser(view, codec, scratch_);
  scratch_.codes.clear();
  for (const Slot other : row) scratch_.codes.push_back(graph.code(other));
  codec.expandTop(graph.code(owner), scratch_.other.data());
  codec.kernels().dot4Batch(scratch_.other.data(), scratch_.codes.data(), row.size(), codec.half(),
                            scratch_.dots.data());
  auto farthest = row.end();
  Candidate distance = 0;
  for (auto at = row.begin(); at != row.end(); ++at) {
    if (*at < census_.nodes() && census_.inDegree(*at) < kEnough) continue;
    const auto i = static_cast<std::size_t>(at - row.begin());
    const Candidate c = chooser.relation(scratch_.dots[i], *at, owner);
    if (farthest != row.end() && c < distance) continue;
    farthest = at;
    distance = c;
  }
  if (farthest == row.end()) return false;
  graph.keepLinks(owner, 0);
  census_.noteLink(slot, *farthest);
  *farthest = slot;
  return true;
}

// Up to m links at level 0, of those that were found.
void Repair::giveLinks(Graph& graph, const Codec& codec, const std::uint64_t* live, Slot slot) {
  const GraphView view = graph.view();
  const auto row = graph.links(slot, 0);
  auto& kept = scratch_.kept;
  kept.clear();
  for (const Slot other : row) {
    if (other != kNoSlot && isAccepted(live, other)) kept.push_back(other);
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
