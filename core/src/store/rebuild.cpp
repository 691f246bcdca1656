#include "store/rebuild.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "store/bits.hpp"
#include "store/write.hpp"

namespace damask {
namespace {

/// Room for one more in so many, for what is stored meanwhile and soon after: what has no room left
/// copies all that it has, which would keep searches waiting.
constexpr std::size_t kSpareOneIn = 16;

std::size_t withSpare(std::size_t count) noexcept {
  return count + count / kSpareOneIn;
}

/// Lists above level 0 that the live nodes have: their share, and by how much chance may exceed it.
std::size_t listsOfLive(const StoreState& from) noexcept {
  const std::uint64_t linked = from.graph.linked();
  if (linked == 0) return 0;
  const std::uint64_t lists = from.graph.lists();
  const std::uint64_t share = lists * from.records.size() / linked;
  return static_cast<std::size_t>(share) +
         static_cast<std::size_t>(3 * std::sqrt(static_cast<double>(lists)));
}

bool keepsLinks(const StoreState& from, RebuildKind kind) noexcept {
  return kind == RebuildKind::compact && from.graph.linked() != 0 && !isPending(from) &&
         from.records.size() > from.options.indexingThreshold;
}

}  // namespace

Rebuild::Room::Room(const StoreState& from)
    : slots(withSpare(from.records.size())),
      lists(withSpare(listsOfLive(from))),
      names(from.records.nameTable().size()) {}

Rebuild::Rebuild(StoreState& from, RebuildKind kind)
    : state_(std::make_shared<StoreState>(from.options, &from.codec.kernels())),
      preparing_([this, room = Room(from)] { prepare(room); }) {
  state_->workers = from.workers;
  origins_.reserve(withSpare(from.records.size()));
  from.records.resetTouched();
  if (keepsLinks(from, kind)) {
    kept_.emplace(from.graph, withSpare(from.graph.slots()), withSpare(from.records.size()));
  }
}

// Where the system has large pages, finding one may take it milliseconds, and the first step that
// comes to it would wait. Without threads it gives small ones, as they are needed.
void Rebuild::prepare(const Room& room) {
  state_->records.reserve(room.slots, room.slots, room.names, 0);
  state_->reserve(room.slots);
  state_->graph.reserveLists(room.lists);
  if (!Workers::hasThreads()) return;
  state_->eachBlock([&](void* memory, std::size_t bytes) {
    if (!isCalledOff_) touchPages(memory, bytes);
  });
}

void Rebuild::step(StoreState& from, std::size_t most) {
  preparing_.wait();
  std::size_t left = most;
  if (!copyNext(from, left) || !linkNext(from, left)) return;
  if (kept_ && !repairNext(left)) return;
  updateNext(from, left);
}

// These four say whether nothing of their kind is left to do.

bool Rebuild::copyNext(const StoreState& from, std::size_t& left) {
  const auto& staged = from.records.staged();
  const Slot end = staged.empty() ? from.graph.slots() : staged.front();
  for (; next_ < end && left > 0; ++next_) {
    if (!from.records.isLive(next_)) continue;
    origins_.push_back(next_);
    if (kept_) kept_->addCopy(next_);
    copySlot(*state_, from, next_);
    --left;
  }
  return next_ == from.graph.slots();
}

bool Rebuild::linkNext(const StoreState& from, std::size_t& left) {
  if (kept_) left -= kept_->step(from.graph, state_->graph, state_->codec, left);
  while (!kept_ && left > 0) {
    const std::size_t linked = linkPending(*state_, left);
    if (linked == 0) break;
    left -= std::min(left, linked);
  }
  return isLinked(from);
}

bool Rebuild::repairNext(std::size_t& left) {
  const std::uint64_t* live = state_->records.live().data();
  if (!census_) census_.emplace(state_->graph.view());
  for (; left > 0 && !census_->isComplete(); --left) census_->step(state_->graph.view(), live, 1);
  if (!census_->isComplete()) return false;
  if (!repair_) repair_.emplace(std::move(*census_));
  const std::uint32_t ef = state_->options.hnsw.efConstruction;
  left -= repair_->step(state_->graph, state_->codec, ef, live, left).nodes;
  if (isRepaired()) state_->linker.forgetAll();
  return isRepaired();
}

bool Rebuild::updateNext(StoreState& from, std::size_t& left) noexcept {
  for (; updated_ < from.records.touched().size(); ++updated_) {
    while (const std::uint64_t word = from.records.touched()[updated_]) {
      if (left == 0) return false;
      const auto origin =
          static_cast<Slot>(updated_ * 64 + static_cast<unsigned>(std::countr_zero(word)));
      update(from, origin);
      from.records.untouch(origin);
      --left;
    }
  }
  return true;
}

// What was neither killed nor used since the beginning is as it was copied.
void Rebuild::update(const StoreState& from, Slot origin) noexcept {
  const auto at = std::lower_bound(origins_.begin(), origins_.end(), origin);
  if (at == origins_.end() || *at != origin) return;
  const auto copy = static_cast<Slot>(at - origins_.begin());
  if (!state_->records.isLive(copy)) return;  // a later slot has its id
  if (from.records.isLive(origin)) {
    state_->records.copyUsage(copy, from.records.row(origin));
  } else {
    killSlot(*state_, copy);
  }
}

bool Rebuild::isLinked(const StoreState& from) const noexcept {
  return kept_ ? kept_->isComplete(from.graph, state_->graph) : !isPending(*state_);
}

bool Rebuild::isComplete(const StoreState& from) const noexcept {
  return isPrepared() && next_ == from.graph.slots() && isLinked(from) &&
         (!kept_ || isRepaired()) && updated_ == from.records.touched().size();
}

RebuildProgress Rebuild::progress(const StoreState& from) const noexcept {
  const std::uint64_t ahead = from.graph.slots() - next_;
  const std::uint64_t total = 2 * (origins_.size() + ahead) + 1;
  if (isComplete(from)) return {total, total, true};
  return {origins_.size() + state_->graph.linked(), total, isPrepared()};
}

std::shared_ptr<StoreState> Rebuild::finish(StoreState& from) noexcept {
  forEachBit(from.records.touched(), [&](Slot origin) { update(from, origin); });
  state_->sequence = from.sequence;
  state_->history = from.history;
  return std::move(state_);
}

}  // namespace damask
