#include "graph/kept_links.hpp"

#include <algorithm>

#include "graph/diverse.hpp"
#include "graph/prefetch.hpp"

namespace damask {
namespace {

/// The most nodes without a copy that are looked through for one list where it leads to few others,
/// as so many times m: beyond, a whole region is gone.
constexpr std::size_t kMostThrough = 2;

/// Of all that are found around, so many times m are chosen among, the nearest: about as many as
/// linking chooses among. Where a region is gone there are thousands, which was seen to take 20 ms.
constexpr std::size_t kMostRanked = 8;

/// Leaves at most so many, in order.
void keepSmallest(std::vector<Candidate>& candidates, std::size_t most) {
  if (candidates.size() > most) {
    const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(candidates.begin(), end, candidates.end());
    candidates.erase(end, candidates.end());
  }
  std::sort(candidates.begin(), candidates.end());
}

}  // namespace

KeptLinks::KeptLinks(Graph& from, std::size_t nodes, std::size_t copies)
    : changes_(std::make_shared<LinkChanges>(nodes)) {
  copies_.reserve(nodes);
  origins_.reserve(copies);
  from.watch(changes_);
}

bool KeptLinks::isComplete(const Graph& from, const Graph& to) const noexcept {
  const bool all = to.linked() == origins_.size() || origins_[to.linked()] >= from.linked();
  return all && changes_->empty();
}

std::size_t KeptLinks::step(const Graph& from, Graph& to, const Codec& codec, std::size_t most) {
  const GraphView view = from.view();
  scratch_.prepare(view.m, codec);
  std::size_t done = 0;
  for (; done < most && !isComplete(from, to); ++done) {
    Slot node = to.linked();
    std::int32_t level = 0;
    if (node < origins_.size() && origins_[node] < view.slots) {
      level = from.level(origins_[node]);
      to.reserveLists(static_cast<std::size_t>(level));
      to.linkNext(level);
    } else {
      node = copyOf(changes_->take());
      // One that is not linked yet will have its lists carried over whole.
      if (node == kNoSlot || node >= to.linked()) continue;
      level = to.level(node);
    }
    for (std::int32_t l = 0; l <= level; ++l) carry(view, to, codec, node, l);
  }
  return done;
}

void KeptLinks::carry(const GraphView& from, Graph& to, const Codec& codec, Slot node,
                      std::int32_t level) {
  const LinkList links = from.links(origins_[node], level);
  auto& kept = scratch_.kept;
  kept.clear();
  const std::uint32_t count = links.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const Slot copy = copyOf(links[i]); copy != kNoSlot) kept.push_back(copy);
  }
  if (kept.size() < count) {
    lookThrough(from, origins_[node], level);
    const GraphView view = to.view();
    Chooser chooser(view, codec, scratch_);
    codec.expandTop(to.code(node), scratch_.self.data());
    scratch_.candidates.clear();
    for (std::size_t begin = 0; begin < around_.size(); begin += scratch_.dots.size()) {
      const std::size_t end = std::min(around_.size(), begin + scratch_.dots.size());
      scratch_.codes.clear();
      for (std::size_t i = begin; i < end; ++i) scratch_.codes.push_back(to.code(around_[i]));
      codec.kernels().dot4Batch(scratch_.self.data(), scratch_.codes.data(), end - begin,
                                codec.half(), scratch_.dots.data());
      for (std::size_t i = begin; i < end; ++i) {
        scratch_.candidates.push_back(chooser.relation(scratch_.dots[i - begin], around_[i], node));
      }
    }
    keepSmallest(scratch_.candidates, kMostRanked * from.m);
    chooser.chooseMore(scratch_.candidates, node, count, kept);
    // With fewer links than before, and so a little more each time, recall would wear off.
    for (const Candidate c : scratch_.candidates) {
      if (kept.size() == count) break;
      const Slot other = slotOf(c) ^ node;
      if (std::find(kept.begin(), kept.end(), other) == kept.end()) kept.push_back(other);
    }
  }
  const auto row = to.links(node, level);
  std::fill(std::copy(kept.begin(), kept.end(), row.begin()), row.end(), kNoSlot);
}

// Leaves in around_ the copies of the nodes that links lead to from those of the list that have
// none; and, until there are as many as the list has, through further ones that have none.
void KeptLinks::lookThrough(const GraphView& from, Slot origin, std::int32_t level) {
  VisitedSet& visited = scratch_.search.visited;
  visited.begin(from.slots);
  visited.visit({&origin, 1});
  visited.visit(from.links(origin, level));
  const std::size_t direct = visited.count();
  const std::size_t mostThrough = kMostThrough * from.m, enough = direct - 1;
  around_.clear();
  std::size_t through = 0;
  for (std::size_t i = 1; i < visited.count(); ++i) {
    const Slot slot = visited.since(0)[i];
    if (const Slot copy = copyOf(slot); copy != kNoSlot) {
      if (i >= direct) around_.push_back(copy);
    } else if (i < direct || (around_.size() < enough && through < mostThrough)) {
      ++through;
      visited.visit(from.links(slot, level));
    }
  }
}

}  // namespace damask
