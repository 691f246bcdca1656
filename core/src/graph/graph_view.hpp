#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/codec.hpp"
#include "graph/block_array.hpp"
#include "graph/link_slot.hpp"

namespace damask {

/// One node's links at one level: slots up to kNoSlot or to the end of the row.
class LinkList {
 public:
  LinkList(const LinkSlot* row, std::uint32_t capacity) noexcept : row_(row), capacity_(capacity) {}

  const LinkSlot* begin() const noexcept { return row_; }
  /// Of the row, in bytes.
  std::size_t bytes() const noexcept { return capacity_ * sizeof(LinkSlot); }
  std::uint32_t capacity() const noexcept { return capacity_; }
  /// O(count).
  std::uint32_t count() const noexcept {
    std::uint32_t n = 0;
    while (n < capacity_ && row_[n] != kNoSlot) ++n;
    return n;
  }
  Slot operator[](std::uint32_t i) const noexcept { return row_[i]; }
  /// Calls use(slot) with each.
  template <typename Use>
  void each(Use&& use) const {
    const LinkSlot* const last = row_ + capacity_ - 1;
    for (const LinkSlot* link = row_; link != last; ++link) {
      const Slot slot = LinkSlot::readBeforeAnother(link);
      if (slot == kNoSlot) return;
      use(slot);
    }
    if (const Slot slot = *last; slot != kNoSlot) use(slot);
  }

 private:
  const LinkSlot* row_;
  std::uint32_t capacity_;
};

/// Read access to the graph's memory. Valid until the graph next changes.
struct GraphView {
  BlockRows<std::uint8_t> codes;       ///< Top planes.
  const HotFactor* factors = nullptr;  ///< Beside them: they take one line for eight nodes.
  BlockRows<LinkSlot> links0;          ///< Links at level 0, 2 m a row.
  BlockRows<LinkSlot> upperLinks;      ///< Links above, m a row; rows of a node follow one another.
  const std::uint32_t* upperRows = nullptr;  ///< Per node: its first row of upperLinks.
  std::uint32_t m = 0;
  Slot slots = 0;  ///< Nodes that are linked: 0 to slots - 1.
  Slot nodes = 0;  ///< All of them: the others have a code and a factor, and no links yet.
  Slot entry = 0;
  std::int32_t maxLevel = -1;  ///< -1: nothing is linked.

  const std::uint8_t* code(Slot slot) const noexcept { return codes[slot]; }
  HotFactor factor(Slot slot) const noexcept { return factors[slot]; }
  LinkList links(Slot slot, std::int32_t level) const noexcept {
    if (level == 0) return {links0[slot], 2 * m};
    return {upperLinks[upperRows[slot] + static_cast<Slot>(level - 1)], m};
  }
};

}  // namespace damask
