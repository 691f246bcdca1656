#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "damask/pattern_store.hpp"
#include "graph/aside.hpp"
#include "graph/kept_links.hpp"
#include "graph/repair.hpp"
#include "store/state.hpp"

namespace damask {

/// A second index that grows beside a store's own, without the tombstones, until it takes its
/// place. `from` is that store's state, the same in every call; it may change in between.
class Rebuild {
 public:
  /// Another thread makes room for all patterns, where there are threads. Throws std::bad_alloc.
  Rebuild(StoreState& from, RebuildKind kind);
  Rebuild(const Rebuild&) = delete;
  Rebuild& operator=(const Rebuild&) = delete;
  ~Rebuild() { isCalledOff_ = true; }

  /// Whether there is room for all patterns; until then step() waits.
  bool isPrepared() const noexcept { return preparing_.isDone(); }

  /// Goes on by `most` patterns: copies the next live slots, links the copies, looks at links that
  /// were kept and repairs them, and brings the copies up to date. Does not pass a staged slot,
  /// which may yet become live. After std::bad_alloc this is of no more use.
  void step(StoreState& from, std::size_t most);

  bool isComplete(const StoreState& from) const noexcept;
  RebuildProgress progress(const StoreState& from) const noexcept;

  void useWorkers(std::shared_ptr<Workers> workers) noexcept {
    state_->workers = std::move(workers);
  }

  /// The index so far. To be asked for when prepared.
  const StoreState& state() const noexcept { return *state_; }
  /// What it holds beside that.
  std::size_t bytes() const noexcept {
    return origins_.capacity() * sizeof(Slot) + (kept_ ? kept_->bytes() : 0) +
           (census_ ? census_->bytes() : 0) + (repair_ ? repair_->bytes() : 0);
  }

  /// Brings the copies up to date with what has changed since they were, and gives the index up. It
  /// must be complete.
  std::shared_ptr<StoreState> finish(StoreState& from) noexcept;

 private:
  /// What there has to be room for.
  struct Room {
    explicit Room(const StoreState& from);
    std::size_t slots, lists, names;
  };

  void prepare(const Room& room);
  bool copyNext(const StoreState& from, std::size_t& left);
  bool linkNext(const StoreState& from, std::size_t& left);
  bool repairNext(std::size_t& left);
  bool updateNext(StoreState& from, std::size_t& left) noexcept;
  void update(const StoreState& from, Slot origin) noexcept;
  bool isLinked(const StoreState& from) const noexcept;
  bool isRepaired() const noexcept { return repair_ && repair_->isComplete(); }

  std::shared_ptr<StoreState> state_;
  std::vector<Slot> origins_;  // of each slot of state_, the slot it was copied from
  Slot next_ = 0;              // the first slot not yet looked at
  std::optional<KeptLinks> kept_;
  std::optional<Census> census_;
  std::optional<Repair> repair_;  // of what the census has found
  std::size_t updated_ = 0;       // words of touched() whose slots were brought up to date
  std::atomic<bool> isCalledOff_ = false;
  Aside preparing_;  // the last member, as its thread uses others
};

}  // namespace damask
