#include "store/write.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "store/no_memory.hpp"

namespace damask {
namespace {

// Half as much again each time, so that n inserts copy O(n) bytes.
void makeRoomForOne(StoreState& s) {
  const std::size_t slots = s.graph.slots();
  if (slots == s.cold.capacity()) s.reserveNodes(std::max<std::size_t>(64, slots + slots / 2));
  s.reserveBlocks(slots + 1);
}

Result<void> link(HnswGraph& graph, const std::int8_t* hi, HotFactor factor) noexcept {
  try {
    if (auto slot = graph.insert(hi, factor); !slot) {
      return tl::unexpected<Error>(std::move(slot.error()));
    }
    return {};
  } catch (const std::bad_alloc&) {
    return noMemory("link a new vector into the graph");
  }
}

// Links the next node, whose low plane is in place already; the caller appends its record. After an
// error the slot is dead, or there is none.
Result<void> linkNext(StoreState& s, const std::int8_t* hi, HotFactor hot, const ColdFactor& cold) {
  const Slot slot = s.graph.slots();
  Result<void> linked = link(s.graph, hi, hot);
  if (linked) {
    s.cold.push_back(cold);
    return linked;
  }
  s.low.erase(slot);
  if (s.graph.slots() > slot) {
    s.cold.push_back({cold.scale, 0});
    s.records.appendDead();
  }
  return linked;
}

void eraseVector(StoreState& s, Slot slot) noexcept {
  s.low.erase(slot);
  s.cold[slot].selfDot = 0;
  if (s.floats) s.floats->erase(slot);
}

}  // namespace

Result<void> copySlot(StoreState& to, const StoreState& from, Slot slot) {
  makeRoomForOne(to);
  const Records::Prepared prepared = to.records.prepare(from.records.pattern(slot));
  const Slot next = to.graph.slots();
  const std::size_t dimension = to.options.dimension;
  const GraphView graph = from.graph.view();
  std::copy_n(from.low.row(slot), dimension, to.low.row(next));
  Result<void> linked = linkNext(to, graph.code(slot), graph.factor(slot), from.cold[slot]);
  if (!linked) return linked;
  if (to.floats) std::copy_n(from.floats->row(slot), dimension, to.floats->row(next));
  if (const auto replaced = to.records.append(prepared)) eraseVector(to, *replaced);
  return {};
}

void killSlot(StoreState& s, Slot slot) noexcept {
  s.records.kill(slot);
  eraseVector(s, slot);
}

Result<void> insertPattern(StoreState& s, const Pattern& pattern, std::span<const float> embedding,
                           float largest, Visibility visibility) {
  const Slot slot = s.graph.slots();
  if (slot >= limits::kMaxSlots) {
    return fail(ErrorCode::invalidArgument,
                "the store has used all of its " + std::to_string(limits::kMaxSlots) + " slots");
  }
  makeRoomForOne(s);
  std::vector<std::int8_t> hi(embedding.size());
  const Records::Prepared prepared = s.records.prepare(pattern);

  const ColdFactor cold = s.codec.encode(embedding, largest, hi.data(), s.low.row(slot));
  Result<void> linked = linkNext(s, hi.data(), s.codec.hotFactor(cold, hi.data()), cold);
  if (!linked) return linked;
  if (s.floats) std::copy(embedding.begin(), embedding.end(), s.floats->row(slot));
  if (visibility == Visibility::staged) {
    s.records.appendStaged(prepared);
    return {};
  }
  if (const auto replaced = s.records.append(prepared)) eraseVector(s, *replaced);
  ++s.sequence;
  return {};
}

bool removePattern(StoreState& s, std::string_view id) noexcept {
  const auto slot = s.records.find(id);
  if (!slot) return false;
  killSlot(s, *slot);
  ++s.sequence;
  return true;
}

void commitStaged(StoreState& s) noexcept {
  for (const Slot slot : s.records.staged()) {
    if (const auto replaced = s.records.makeLive(slot)) eraseVector(s, *replaced);
    ++s.sequence;
  }
  s.records.forgetStaged();
}

void discardStaged(StoreState& s) noexcept {
  for (const Slot slot : s.records.staged()) {
    s.records.eraseRow(slot);
    eraseVector(s, slot);
  }
  s.records.forgetStaged();
}

}  // namespace damask
