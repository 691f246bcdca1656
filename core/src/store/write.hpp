#pragma once

#include <span>
#include <string_view>

#include "damask/error.hpp"
#include "damask/pattern.hpp"
#include "store/state.hpp"

namespace damask {

/// Who sees a new row: every search from now on, or nobody until commitStaged().
enum class Visibility { live, staged };

/// Links a checked pattern in as the next slot; `largest` is the largest |component|. Under
/// Visibility::live it replaces what was under its id. Errors: invalidArgument, when all slots are
/// used. Throws std::bad_alloc before anything has changed.
Result<void> insertPattern(StoreState& state, const Pattern& pattern,
                           std::span<const float> embedding, float largest, Visibility visibility);

/// Whether the store has patterns enough for a graph, and a batch of them or more is not linked
/// into it.
bool isPending(const StoreState& state) noexcept;
/// Then goes on with the next batch, by the work of `most` nodes or, where there are several
/// threads, of all its nodes. Returns how much that was; 0 when nothing is pending. Half a batch
/// may be linked afterwards: only for a state that nobody uses before nothing is pending any more.
/// Throws std::bad_alloc, with nothing changed.
std::size_t linkPending(StoreState& state, std::size_t most);

/// Takes a live pattern of another store in as the next slot, as it is there to the bit, replacing
/// what was under its id; not linked, and not counted as a change. Throws std::bad_alloc before
/// anything has changed.
void copySlot(StoreState& to, const StoreState& from, Slot slot);

/// Erases a live slot; not counted as a change.
void killSlot(StoreState& state, Slot slot) noexcept;

/// From now until thaw() a snapshot of the store as it is now can be written while it changes.
/// Throws std::bad_alloc, with nothing changed.
void freeze(StoreState& state);
void thaw(StoreState& state) noexcept;

/// False when there is no such id.
bool removePattern(StoreState& state, std::string_view id) noexcept;

/// Makes the staged rows live in the order of staging, each replacing what was under its id.
void commitStaged(StoreState& state) noexcept;

/// Leaves the staged rows as tombstones.
void discardStaged(StoreState& state) noexcept;

}  // namespace damask
