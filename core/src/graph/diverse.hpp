#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/codec.hpp"
#include "graph/graph_view.hpp"
#include "graph/link_scratch.hpp"
#include "graph/order.hpp"

namespace damask {

/// Which of its candidates a node is linked to.
class Chooser {
 public:
  /// `scratch` must have room for 2m + kLinkBatch codes and dots, and for the expanded planes.
  Chooser(const GraphView& graph, const Codec& codec, LinkScratch& scratch) noexcept
      : graph_(graph), codec_(codec), s_(scratch) {}

  /// How near two nodes are, the same from either side.
  Candidate relation(std::int32_t dot, Slot a, Slot b) const noexcept {
    return candidate(estimate(dot, graph_.factor(a), graph_.factor(b), codec_.weight()), a ^ b);
  }

  /// At most `limit` candidates, each nearer to the owner than to any chosen before it; all of them
  /// when there are fewer.
  void choose(const std::vector<Candidate>& nearestFirst, Slot owner, std::size_t limit,
              std::vector<Slot>& chosen) {
    chosen.clear();
    add(nearestFirst, owner, limit, nearestFirst.size() >= limit, chosen);
  }

  /// Adds to what is chosen already those candidates that are nearer to the owner than to any of
  /// the chosen, until there are `limit`.
  void chooseMore(const std::vector<Candidate>& nearestFirst, Slot owner, std::size_t limit,
                  std::vector<Slot>& chosen) {
    add(nearestFirst, owner, limit, true, chosen);
  }

 private:
  void add(const std::vector<Candidate>& nearestFirst, Slot owner, std::size_t limit,
           bool diverseAlone, std::vector<Slot>& chosen) {
    s_.codes.clear();
    for (const Slot slot : chosen) s_.codes.push_back(graph_.code(slot));
    for (const Candidate c : nearestFirst) {
      if (chosen.size() == limit) return;
      const Slot slot = slotOf(c) ^ owner;
      if (diverseAlone && !isDiverse(c, slot, chosen)) continue;
      chosen.push_back(slot);
      s_.codes.push_back(graph_.code(slot));
    }
  }

  /// Chosen neighbours that a candidate is compared with at a time.
  static constexpr std::size_t kChunk = 8;

  bool isDiverse(Candidate c, Slot slot, const std::vector<Slot>& chosen) {
    if (!chosen.empty()) codec_.expandTop(graph_.code(slot), s_.other.data());
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

  const GraphView& graph_;
  const Codec& codec_;
  LinkScratch& s_;
};

}  // namespace damask
