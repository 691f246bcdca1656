#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "damask/pattern_store.hpp"
#include "store/state.hpp"

namespace damask {

/// A second index that grows beside a store's own, without the tombstones, until it takes its
/// place. `from` is that store's state, the same in every call; it may change in between.
class Rebuild {
 public:
  /// Throws std::bad_alloc.
  explicit Rebuild(const StoreState& from);

  /// Copies the next live slots, at most `most`, or links copies that are not linked yet; does not
  /// pass a staged one, which may yet become live. After std::bad_alloc this is of no more use.
  void step(const StoreState& from, std::size_t most);

  bool isComplete(const StoreState& from) const noexcept;
  RebuildProgress progress(const StoreState& from) const noexcept {
    return {next_, from.graph.slots()};
  }

  void useWorkers(std::shared_ptr<Workers> workers) noexcept {
    state_->workers = std::move(workers);
  }

  /// The index so far.
  const StoreState& state() const noexcept { return *state_; }

  /// Brings what was copied up to date with what has changed since, and gives the index up. It must
  /// be complete.
  std::shared_ptr<StoreState> finish(const StoreState& from) noexcept;

 private:
  std::shared_ptr<StoreState> state_;
  std::vector<Slot> origins_;  // of each slot of state_, the slot it was copied from
  Slot next_ = 0;              // the first slot not yet looked at
};

}  // namespace damask
