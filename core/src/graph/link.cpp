#include "graph/link.hpp"

#include <algorithm>

#include "graph/prefetch.hpp"
#include "graph/walker.hpp"

namespace damask {
namespace {

/// Chosen neighbours that a candidate is compared with at a time.
constexpr std::size_t kChunk = 8;

class Linker {
 public:
  Linker(Graph& graph, const Codec& codec, std::uint32_t efConstruction, LinkScratch& scratch)
      : graph_(graph),
        codec_(codec),
        ef_(efConstruction),
        s_(scratch),
        self_(graph.linked()),
        level_(graph.beginLinking()),
        view_(graph.view()) {}

  void run() {
    const std::int32_t top = std::min(level_, view_.maxLevel);
    if (top >= 0) search(top);
    // From here on nothing throws.
    for (std::int32_t l = top; l >= 0; --l) connect(l);
    graph_.finishLinking();
  }

 private:
  void search(std::int32_t top) {
    const std::size_t widest = 2 * std::size_t{view_.m} + 1;
    s_.chosen.resize(std::max(s_.chosen.size(), static_cast<std::size_t>(top) + 1));
    s_.kept.reserve(widest);
    s_.candidates.reserve(widest);
    s_.codes.reserve(widest);
    s_.dots.resize(widest);
    s_.self.resize(2 * codec_.half());
    s_.other.resize(2 * codec_.half());
    codec_.expandTop(graph_.code(self_), s_.self.data());
    const WalkQuery self{s_.self.data(), graph_.factor(self_), self_};
    Walker walker(view_, codec_, self, s_.search);
    Candidate nearest = walker.descendTo(level_);
    for (std::int32_t l = top; l >= 0; --l) {
      walker.collect(nearest, l, ef_, 1, nullptr);
      auto& chosen = s_.chosen[static_cast<std::size_t>(l)];
      chosen.reserve(view_.m);
      choose(s_.search.found, self_, view_.m, chosen);
      for (const Slot other : chosen) graph_.keepLinks(other, l);
      nearest = s_.search.found.front() & ~Candidate{1};
    }
  }

  // Links both ways. Lists are kept farthest first, so that the nearest survive a careless reader.
  void connect(std::int32_t level) {
    const auto& chosen = s_.chosen[static_cast<std::size_t>(level)];
    std::reverse_copy(chosen.begin(), chosen.end(), graph_.links(self_, level).begin());
    for (const Slot other : chosen) {
      const auto row = graph_.links(other, level);
      prefetch(row.data(), row.size_bytes());
    }
    for (const Slot other : chosen) linkBack(other, level);
  }

  void linkBack(Slot owner, std::int32_t level) {
    const auto row = graph_.links(owner, level);
    const auto end = std::find(row.begin(), row.end(), kNoSlot);
    if (end != row.end()) {
      *end = self_;
      return;
    }
    rankAround(owner, row);
    choose(s_.candidates, owner, row.size(), s_.kept);
    const auto rest = std::reverse_copy(s_.kept.begin(), s_.kept.end(), row.begin());
    std::fill(rest, row.end(), kNoSlot);
  }

  // A full list and the new node as candidates of its owner, nearest first.
  void rankAround(Slot owner, std::span<const Slot> row) {
    s_.codes.clear();
    for (const Slot slot : row) {
      s_.codes.push_back(view_.code(slot));
      prefetch(s_.codes.back(), codec_.half());
    }
    s_.codes.push_back(view_.code(self_));
    codec_.expandTop(view_.code(owner), s_.other.data());
    codec_.kernels().dot4Batch(s_.other.data(), s_.codes.data(), s_.codes.size(), codec_.half(),
                               s_.dots.data());
    s_.candidates.clear();
    for (std::size_t i = 0; i < row.size(); ++i) {
      s_.candidates.push_back(relation(s_.dots[i], row[i], owner));
    }
    s_.candidates.push_back(relation(s_.dots[row.size()], self_, owner));
    std::sort(s_.candidates.begin(), s_.candidates.end());
  }

  // How near two nodes are, the same from either side.
  Candidate relation(std::int32_t dot, Slot a, Slot b) const noexcept {
    return candidate(estimate(dot, view_.factor(a), view_.factor(b), codec_.weight()), a ^ b);
  }

  // At most `limit` candidates, each nearer to the owner than to any chosen before it; all of them
  // when there are fewer.
  void choose(const std::vector<Candidate>& nearestFirst, Slot owner, std::size_t limit,
              std::vector<Slot>& chosen) {
    chosen.clear();
    s_.codes.clear();
    for (const Candidate c : nearestFirst) {
      if (chosen.size() == limit) return;
      const Slot slot = slotOf(c) ^ owner;
      if (nearestFirst.size() >= limit && !isDiverse(c, slot, chosen)) continue;
      chosen.push_back(slot);
      s_.codes.push_back(view_.code(slot));
    }
  }

  bool isDiverse(Candidate c, Slot slot, const std::vector<Slot>& chosen) {
    if (!chosen.empty()) codec_.expandTop(view_.code(slot), s_.other.data());
    for (std::size_t first = 0; first < chosen.size(); first += kChunk) {
      const std::size_t count = std::min(kChunk, chosen.size() - first);
      codec_.kernels().dot4Batch(s_.other.data(), s_.codes.data() + first, count, codec_.half(),
                                 s_.dots.data());
      for (std::size_t i = 0; i < count; ++i) {
        if (relation(s_.dots[i], chosen[first + i], slot) < (c & ~Candidate{1})) return false;
      }
    }
    return true;
  }

  Graph& graph_;
  const Codec& codec_;
  std::uint32_t ef_;
  LinkScratch& s_;
  Slot self_;
  std::int32_t level_;
  GraphView view_;
};

}  // namespace

void linkNext(Graph& graph, const Codec& codec, std::uint32_t efConstruction,
              LinkScratch& scratch) {
  Linker(graph, codec, efConstruction, scratch).run();
}

}  // namespace damask
