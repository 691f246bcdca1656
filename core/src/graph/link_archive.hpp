#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph_view.hpp"

namespace damask {

/// The links of a graph as they were at one moment, while it changes: a list is kept here before it
/// is first written to.
class LinkArchive {
 public:
  explicit LinkArchive(const GraphView& graph) : graph_(graph) {}

  /// Of the graph at that moment: how many nodes, the entry, the top level.
  const GraphView& graph() const noexcept { return graph_; }

  bool isKept(Slot slot, std::int32_t level) const {
    return slot >= graph_.slots || begins_.contains(keyOf(slot, level));
  }
  /// Throws std::bad_alloc, with nothing changed.
  void keep(Slot slot, std::int32_t level, std::span<const LinkSlot> links) {
    const std::size_t begin = kept_.size();
    kept_.insert(kept_.end(), links.begin(), links.end());
    begins_.emplace(keyOf(slot, level), begin);
  }
  /// Those that were kept; null when they have not changed.
  const LinkSlot* find(Slot slot, std::int32_t level) const {
    const auto found = begins_.find(keyOf(slot, level));
    return found == begins_.end() ? nullptr : &kept_[found->second];
  }

 private:
  static std::uint64_t keyOf(Slot slot, std::int32_t level) noexcept {
    return std::uint64_t{slot} << 8 | static_cast<std::uint64_t>(level);
  }

  GraphView graph_;
  std::vector<LinkSlot> kept_;
  tsl::robin_map<std::uint64_t, std::size_t> begins_;
};

}  // namespace damask
