#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/block_array.hpp"

namespace damask {

/// Nodes whose lists of links were written to, each once, until they are taken.
class LinkChanges {
 public:
  /// With room for so many nodes; for more, what there is is copied. Throws std::bad_alloc.
  explicit LinkChanges(std::size_t nodes) {
    slots_.reserve(nodes);
    noted_.reserve((nodes + 63) / 64);
  }
  /// Throws std::bad_alloc, with nothing changed.
  void note(Slot slot) {
    if (noted_.size() <= slot / 64) noted_.resize(slot / 64 + 1, 0);
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if ((noted_[slot / 64] & bit) != 0) return;
    slots_.push_back(slot);
    noted_[slot / 64] |= bit;
  }
  bool empty() const noexcept { return slots_.empty(); }
  /// One of them; there must be one.
  Slot take() noexcept {
    const Slot slot = slots_.back();
    slots_.pop_back();
    noted_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    return slot;
  }
  std::size_t bytes() const noexcept { return slots_.capacity() * 4 + noted_.capacity() * 8; }

 private:
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> noted_;
};

}  // namespace damask
