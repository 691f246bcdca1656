#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "codec/codec.hpp"

namespace damask {

using Slot = std::uint32_t;

/// One node's links at one level, as hnswlib lays them out: a count, then the ids.
class LinkList {
 public:
  explicit LinkList(const char* bytes) noexcept : bytes_(bytes) {}
  std::uint32_t count() const noexcept { return read(0); }
  Slot operator[](std::uint32_t i) const noexcept { return read(i + 1); }
  const char* bytes() const noexcept { return bytes_; }

 private:
  std::uint32_t read(std::uint32_t i) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, bytes_ + 4 * std::size_t{i}, 4);
    return value;
  }
  const char* bytes_;
};

/// What stands behind a node's high plane.
struct NodeTail {
  HotFactor factor;
  Slot slot = 0;
};

/// Read access to the graph's memory, whoever built it. Valid until the graph next changes.
struct GraphView {
  const char* level0 = nullptr;        ///< slots * stride bytes.
  std::size_t stride = 0;              ///< Bytes per node at level 0.
  std::size_t codeOffset = 0;          ///< From a node's start to its high plane.
  std::size_t tailOffset = 0;          ///< From a node's start to its NodeTail.
  const char* const* upper = nullptr;  ///< Per node: its lists at level 1, 2, ... or null.
  std::size_t upperStride = 0;         ///< Bytes per list above level 0.
  Slot slots = 0;
  Slot entry = 0;
  std::int32_t maxLevel = -1;  ///< -1: the graph is empty.

  const char* node(Slot slot) const noexcept { return level0 + stride * slot; }
  const std::int8_t* code(Slot slot) const noexcept {
    return reinterpret_cast<const std::int8_t*>(node(slot) + codeOffset);
  }
  HotFactor factor(Slot slot) const noexcept {
    HotFactor f;
    std::memcpy(&f, node(slot) + tailOffset, sizeof f);
    return f;
  }
  LinkList links(Slot slot, std::int32_t level) const noexcept {
    if (level == 0) return LinkList(node(slot));
    return LinkList(upper[slot] + upperStride * static_cast<std::size_t>(level - 1));
  }
};

}  // namespace damask
