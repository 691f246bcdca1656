#include "store/write.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "graph/link.hpp"

namespace damask {
namespace {

// Half as much again each time, so that n inserts copy O(n) bytes.
void makeRoomForOne(StoreState& s) {
  const std::size_t slots = s.graph.slots();
  if (slots == s.cold.capacity()) s.reserveNodes(std::max<std::size_t>(64, slots + slots / 2));
  s.reserveBlocks(slots + 1);
}

/// A graph that is begun catches up by so many nodes for each that is added. What is linked when is
/// a function of how many nodes there are and how many of them are linked, so that a store that was
/// reopened goes on as if it had not been.
constexpr std::uint64_t kLinksAtOnce = 3;

/// Writing so many lists takes about as long as seeking the neighbours of one node.
constexpr std::size_t kListsASeek = 16;

void linkBatch(StoreState& s) {
  s.linker.link(s.graph, s.codec, s.options.hnsw.efConstruction, kLinkBatch, *s.workers);
}

void linkDue(StoreState& s) {
  const std::uint64_t slots = s.graph.slots();
  if (slots <= s.options.indexingThreshold) return;
  const std::uint64_t due = std::min(slots, kLinksAtOnce * (slots - s.options.indexingThreshold));
  const auto unlinked = [&] { return slots - s.graph.linked(); };
  // Twice for the last that catch up; a damaged snapshot could make it many.
  for (int i = 0; i < 2 && unlinked() >= kLinkBatch; ++i) {
    const bool isLast = s.graph.linked() != 0 && unlinked() < std::uint64_t{2} * kLinkBatch;
    if (s.graph.linked() + kLinkBatch > due && !isLast) break;
    linkBatch(s);
  }
  // One thread spreads the work over the inserts; several share it once a batch is there.
  if (s.workers->count() > 1) return;
  const std::uint64_t sought = unlinked() < kLinkBatch ? slots : due;
  const std::uint64_t linked = s.graph.linked();
  const auto end = static_cast<Slot>(std::min(std::max(sought, linked), linked + kLinkBatch));
  s.linker.seek(s.graph, s.codec, s.options.hnsw.efConstruction, end, *s.workers);
}

// Adds the next node, whose planes are in place already; the caller appends its record. Throws
// std::bad_alloc, when nothing has changed but that some older nodes may have been linked.
void addNode(StoreState& s, HotFactor hot, const ColdFactor& cold) {
  s.graph.append(hot);
  try {
    linkDue(s);
  } catch (const std::bad_alloc&) {
    s.linker.forget(s.graph);
    s.graph.removeLast();
    throw;
  }
  s.cold.push_back(cold);
}

void eraseVector(StoreState& s, Slot slot) noexcept {
  if (s.records.isFrozen(slot)) return;
  s.codec.eraseRest(s.rest.row(slot));
  s.cold[slot].selfDot = 0;
  if (s.floats) s.floats->erase(slot);
}

}  // namespace

bool isPending(const StoreState& s) noexcept {
  return s.linker.isLinking() || (s.graph.slots() > s.options.indexingThreshold &&
                                  s.graph.slots() - s.graph.linked() >= kLinkBatch);
}

std::size_t linkPending(StoreState& s, std::size_t most) {
  if (!isPending(s)) return 0;
  if (s.workers->count() > 1) {
    linkBatch(s);
    return kLinkBatch;
  }
  const std::uint32_t ef = s.options.hnsw.efConstruction;
  const std::size_t left = kLinkBatch - s.linker.sought();
  if (left == 0 || s.linker.isLinking()) {
    most = std::min<std::size_t>(most, kLinkBatch);
    s.linker.linkSome(s.graph, s.codec, ef, kLinkBatch, *s.workers, most * kListsASeek);
    return most;
  }
  const std::size_t next = std::min(most, left);
  s.linker.seek(s.graph, s.codec, ef,
                s.graph.linked() + s.linker.sought() + static_cast<Slot>(next), *s.workers);
  return next;
}

void copySlot(StoreState& to, const StoreState& from, Slot slot) {
  makeRoomForOne(to);
  const Records::Prepared prepared = to.records.prepare(from.records.pattern(slot));
  const Slot next = to.graph.slots();
  std::copy_n(from.graph.code(slot), from.codec.half(), to.graph.nextCode());
  std::copy_n(from.rest.row(slot), from.rest.width(), to.rest.row(next));
  to.graph.append(from.graph.factor(slot));
  to.cold.push_back(from.cold[slot]);
  if (to.floats) std::copy_n(from.floats->row(slot), to.floats->width(), to.floats->row(next));
  if (const auto replaced = to.records.append(prepared)) eraseVector(to, *replaced);
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
                "the store has used all of its " + std::to_string(limits::kMaxSlots) +
                    " slots: compacting it gives those of removed patterns back");
  }
  makeRoomForOne(s);
  const Records::Prepared prepared = s.records.prepare(pattern);

  std::int8_t hi[limits::kMaxDimension], lo[limits::kMaxDimension];
  const ColdFactor cold = s.codec.encode(embedding, largest, hi, lo);
  std::uint8_t* top = s.graph.nextCode();
  s.codec.split({hi, lo}, top, s.rest.row(slot));
  addNode(s, s.codec.storedFactor(cold, top), cold);
  if (s.floats) std::copy(embedding.begin(), embedding.end(), s.floats->row(slot));
  if (visibility == Visibility::staged) {
    s.records.appendStaged(prepared);
    return {};
  }
  if (const auto replaced = s.records.append(prepared)) eraseVector(s, *replaced);
  return {};
}

void freeze(StoreState& s) {
  s.graph.freeze();
  try {
    s.records.freeze();
  } catch (const std::bad_alloc&) {
    s.graph.thaw();
    throw;
  }
  s.frozen = {s.sequence, s.history};
}

void thaw(StoreState& s) noexcept {
  s.graph.thaw();
  s.records.thaw([&s](Slot slot) { eraseVector(s, slot); });
}

bool removePattern(StoreState& s, std::string_view id) noexcept {
  const auto slot = s.records.find(id);
  if (!slot) return false;
  killSlot(s, *slot);
  return true;
}

void commitStaged(StoreState& s) noexcept {
  for (const Slot slot : s.records.staged()) {
    if (const auto replaced = s.records.makeLive(slot)) eraseVector(s, *replaced);
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
