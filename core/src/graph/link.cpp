#include "graph/link.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <tuple>

#include "graph/diverse.hpp"
#include "graph/prefetch.hpp"
#include "graph/walker.hpp"

namespace damask {
namespace {

/// Seeks the neighbours of one node that is not linked.
class Seeker {
 public:
  Seeker(const GraphView& graph, const Codec& codec, std::uint32_t ef, LinkScratch& scratch)
      : graph_(graph), codec_(codec), ef_(ef), s_(scratch), chooser_(graph, codec, scratch) {}

  /// `levels` are those of the batch's nodes before it, which are the slots before it.
  void run(Slot self, std::int32_t level, std::span<const std::int32_t> levels,
           std::vector<std::vector<Slot>>& lists) {
    codec_.expandTop(graph_.code(self), s_.self.data());
    scoreBefore(self, levels.size());
    const WalkQuery query{s_.self.data(), graph_.factor(self), self};
    Walker walker(graph_, codec_, query, s_.search);
    const std::int32_t top = std::min(level, graph_.maxLevel);
    Candidate nearest = top < 0 ? Candidate{0} : walker.descendTo(level);
    for (std::int32_t l = level; l >= 0; --l) {
      auto& found = s_.search.found;
      found.clear();
      if (l <= top) {
        walker.collect(nearest, l, ef_, 1, nullptr);
        nearest = found.front() & ~Candidate{1};
      }
      addBefore(l, levels);
      chooser_.choose(found, self, graph_.m, lists[static_cast<std::size_t>(l)]);
    }
  }

 private:
  void scoreBefore(Slot self, std::size_t count) {
    s_.codes.clear();
    for (std::size_t i = 0; i < count; ++i) {
      s_.codes.push_back(graph_.code(self - static_cast<Slot>(count - i)));
    }
    codec_.kernels().dot4Batch(s_.self.data(), s_.codes.data(), count, codec_.half(),
                               s_.dots.data());
    s_.candidates.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const Slot other = self - static_cast<Slot>(count - i);
      s_.candidates.push_back(chooser_.relation(s_.dots[i], other, self));
    }
  }

  // Those that reach the level, among the ef nearest found.
  void addBefore(std::int32_t level, std::span<const std::int32_t> levels) {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (levels[i] >= level) keepNearest(s_.search.found, ef_, s_.candidates[i]);
    }
  }

  const GraphView& graph_;
  const Codec& codec_;
  std::uint32_t ef_;
  LinkScratch& s_;
  Chooser chooser_;
};

/// Writes the new nodes into the list of one of their neighbours.
class BackLinker {
 public:
  BackLinker(const GraphView& graph, const Codec& codec, LinkScratch& scratch)
      : graph_(graph), codec_(codec), s_(scratch), chooser_(graph, codec, scratch) {}

  /// `row` is the owner's list; the new nodes of `links` are in ascending order.
  template <typename Links>
  void add(std::span<LinkSlot> row, const Links& links) {
    const auto end = std::find(row.begin(), row.end(), kNoSlot);
    const auto room = static_cast<std::size_t>(row.end() - end);
    if (links.size() <= room) {
      std::transform(links.begin(), links.end(), end, [](const auto& link) { return link.from; });
      return;
    }
    const Slot owner = links.front().owner;
    s_.kept.assign(row.begin(), end);
    for (const auto& link : links) s_.kept.push_back(link.from);
    rankAround(owner);
    chooser_.choose(s_.candidates, owner, row.size(), s_.kept);
    const auto rest = std::reverse_copy(s_.kept.begin(), s_.kept.end(), row.begin());
    std::fill(rest, row.end(), kNoSlot);
  }

 private:
  // The nodes of s_.kept as candidates of their owner, nearest first.
  void rankAround(Slot owner) {
    s_.codes.clear();
    for (const Slot slot : s_.kept) {
      s_.codes.push_back(graph_.code(slot));
      prefetch(s_.codes.back(), codec_.half());
    }
    codec_.expandTop(graph_.code(owner), s_.other.data());
    codec_.kernels().dot4Batch(s_.other.data(), s_.codes.data(), s_.codes.size(), codec_.half(),
                               s_.dots.data());
    s_.candidates.clear();
    for (std::size_t i = 0; i < s_.kept.size(); ++i) {
      s_.candidates.push_back(chooser_.relation(s_.dots[i], s_.kept[i], owner));
    }
    std::sort(s_.candidates.begin(), s_.candidates.end());
  }

  const GraphView& graph_;
  const Codec& codec_;
  LinkScratch& s_;
  Chooser chooser_;
};

}  // namespace

void Linker::prepare(std::uint32_t m, const Codec& codec, Workers& workers) {
  scratch_.resize(std::max<std::size_t>(scratch_.size(), workers.count()));
  for (LinkScratch& s : scratch_) s.prepare(m, codec);
  chosen_.resize(kLinkBatch);
}

void Linker::seek(const Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot end,
                  Workers& workers) {
  const GraphView view = graph.view();
  const Slot count = end - view.slots;
  if (count <= sought_) return;
  prepare(view.m, codec, workers);
  std::vector<std::int32_t> levels(count);
  for (Slot i = 0; i < count; ++i) {
    levels[i] = graph.levelOfNext(i);
    chosen_[i].level = levels[i];
    auto& lists = chosen_[i].lists;
    lists.resize(std::max(lists.size(), static_cast<std::size_t>(levels[i]) + 1));
  }
  workers.run(count - sought_, [&](std::size_t worker, std::size_t item) {
    const std::size_t i = sought_ + item;
    Seeker seeker(view, codec, efConstruction, scratch_[worker]);
    seeker.run(view.slots + static_cast<Slot>(i), levels[i], std::span(levels).first(i),
               chosen_[i].lists);
  });
  sought_ = count;
}

void Linker::forget(const Graph& graph) noexcept {
  if (graph.linked() + sought_ == graph.slots() && sought_ != 0) --sought_;
}

void Linker::forgetAll() noexcept {
  sought_ = 0;
}

void Linker::collectBackLinks(Slot first, Slot count) {
  backLinks_.clear();
  owners_.clear();
  nextOwner_ = 0;
  for (Slot i = 0; i < count; ++i) {
    for (std::int32_t l = 0; l <= chosen_[i].level; ++l) {
      for (const Slot owner : chosen_[i].lists[static_cast<std::size_t>(l)]) {
        backLinks_.push_back({l, owner, first + i});
      }
    }
  }
  std::sort(backLinks_.begin(), backLinks_.end(), [](const BackLink& a, const BackLink& b) {
    return std::tie(a.level, a.owner, a.from) < std::tie(b.level, b.owner, b.from);
  });
  for (std::size_t begin = 0, end = 0; begin < backLinks_.size(); begin = end) {
    const BackLink& link = backLinks_[begin];
    while (end < backLinks_.size() && backLinks_[end].owner == link.owner &&
           backLinks_[end].level == link.level) {
      ++end;
    }
    owners_.push_back({begin, end});
  }
}

void Linker::link(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
                  Workers& workers) {
  linkSome(graph, codec, efConstruction, count, workers, std::numeric_limits<std::size_t>::max());
}

bool Linker::linkSome(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
                      Workers& workers, std::size_t mostLists) {
  prepare(graph.view().m, codec, workers);
  if (!isLinking()) linkNodes(graph, codec, efConstruction, count, workers);
  const GraphView view = graph.view();
  const std::size_t lists = std::min(mostLists, owners_.size() - nextOwner_);
  workers.run(lists, [&](std::size_t worker, std::size_t item) {
    const auto [begin, end] = owners_[nextOwner_ + item];
    const std::span links = std::span(backLinks_).subspan(begin, end - begin);
    const auto row = graph.links(links.front().owner, links.front().level);
    BackLinker(view, codec, scratch_[worker]).add(row, links);
  });
  nextOwner_ += lists;
  return !isLinking();
}

// Makes the nodes linked ones, with their own lists: all but the links back to them.
void Linker::linkNodes(Graph& graph, const Codec& codec, std::uint32_t efConstruction, Slot count,
                       Workers& workers) {
  const Slot first = graph.linked();
  seek(graph, codec, efConstruction, first + count, workers);
  try {
    collectBackLinks(first, count);
    for (const Owner& owner : owners_) {
      const BackLink& link = backLinks_[owner.begin];
      if (link.owner < first) graph.keepLinks(link.owner, link.level);
    }
    std::size_t upperLists = 0;
    for (Slot i = 0; i < count; ++i) upperLists += static_cast<std::size_t>(chosen_[i].level);
    graph.reserveLists(upperLists);
  } catch (const std::bad_alloc&) {
    owners_.clear();
    nextOwner_ = 0;
    throw;
  }
  // From here on nothing throws.
  for (Slot i = 0; i < count; ++i) {
    graph.linkNext(chosen_[i].level);
    for (std::int32_t l = 0; l <= chosen_[i].level; ++l) {
      // Farthest first, so that the nearest survive a careless reader.
      const auto& list = chosen_[i].lists[static_cast<std::size_t>(l)];
      std::reverse_copy(list.begin(), list.end(), graph.links(first + i, l).begin());
    }
  }
  nextOwner_ = 0;
  sought_ = 0;
}

}  // namespace damask
