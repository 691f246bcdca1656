#include "store/rebuild.hpp"

#include "store/write.hpp"

namespace damask {

Rebuild::Rebuild(const StoreState& from)
    : state_(std::make_shared<StoreState>(from.options, &from.codec.kernels())) {
  state_->workers = from.workers;
  state_->reserveNodes(from.records.size());
  origins_.reserve(from.records.size());
}

void Rebuild::step(const StoreState& from, std::size_t most) {
  const auto& staged = from.records.staged();
  const Slot end = staged.empty() ? from.graph.slots() : staged.front();
  std::size_t copied = 0;
  for (; next_ < end && copied < most; ++next_) {
    if (!from.records.isLive(next_)) continue;
    origins_.push_back(next_);
    copySlot(*state_, from, next_);
    ++copied;
  }
  if (next_ < from.graph.slots()) return;
  while (copied < most) {
    const std::size_t linked = linkPending(*state_, most - copied);
    if (linked == 0) break;
    copied += linked;
  }
}

bool Rebuild::isComplete(const StoreState& from) const noexcept {
  return next_ == from.graph.slots() && !isPending(*state_);
}

std::shared_ptr<StoreState> Rebuild::finish(const StoreState& from) noexcept {
  for (Slot slot = 0; slot < state_->graph.slots(); ++slot) {
    if (!state_->records.isLive(slot)) continue;  // a later slot has its id
    if (from.records.isLive(origins_[slot])) {
      state_->records.copyUsage(slot, from.records.row(origins_[slot]));
    } else {
      killSlot(*state_, slot);
    }
  }
  state_->sequence = from.sequence;
  state_->history = from.history;
  return std::move(state_);
}

}  // namespace damask
