// Lists of links in three bytes a slot: what is written is what is read, whichever way it is read.

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "damask/options.hpp"
#include "graph/graph_view.hpp"

namespace {

using namespace damask;

std::vector<Slot> read(const LinkList& list) {
  std::vector<Slot> slots;
  list.each([&](Slot slot) { slots.push_back(slot); });
  return slots;
}

}  // namespace

TEST_CASE("A list of links has every slot that a store may", "[graph][links]") {
  constexpr Slot kLast = limits::kMaxSlots - 1;
  STATIC_REQUIRE(kLast < kNoSlot);
  for (Slot slot = 0; slot <= kLast; slot = slot * 3 + 1) {
    REQUIRE(Slot{LinkSlot(slot)} == slot);
    REQUIRE(Slot{LinkSlot(kLast - slot)} == kLast - slot);
    const LinkSlot pair[] = {slot, kNoSlot};
    REQUIRE(LinkSlot::readBeforeAnother(pair) == slot);
  }
  REQUIRE(Slot{LinkSlot(kNoSlot)} == kNoSlot);
}

TEST_CASE("A list of links ends at its row or before, and reads no further", "[graph][links]") {
  constexpr std::uint32_t kCapacity = 5;
  for (std::uint32_t count = 0; count <= kCapacity; ++count) {
    // Of its exact size, so that AddressSanitizer sees what is read beyond.
    std::vector<LinkSlot> row(kCapacity, kNoSlot);
    row.shrink_to_fit();
    std::vector<Slot> expected;
    for (std::uint32_t i = 0; i < count; ++i) {
      expected.push_back(0xfedcba - 0x10101 * i);
      row[i] = expected.back();
    }
    const LinkList list(row.data(), kCapacity);
    CHECK(list.count() == count);
    CHECK(list.bytes() == 3 * kCapacity);
    CHECK(read(list) == expected);
    CHECK(std::equal(expected.begin(), expected.end(), list.begin()));
  }
}
