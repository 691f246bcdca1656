#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "damask/error.hpp"
#include "damask/journal.hpp"
#include "damask/snapshot.hpp"
#include "store/state.hpp"

namespace damask {

/// Writes format version 1. Goes over the store twice: once for lengths and checksums, which the
/// header needs, and once for the bytes, so that no copy is made. Throws std::bad_alloc.
Result<void> writeSnapshot(const StoreState& state, const ByteSink& sink);

/// How many bytes writeSnapshot will write. Throws std::bad_alloc.
std::uint64_t snapshotBytes(const StoreState& state);

/// Reads and validates a whole store. Throws std::bad_alloc.
Result<std::unique_ptr<StoreState>> readSnapshot(std::span<const std::byte> bytes,
                                                 const kernels::KernelTable* kernels);

}  // namespace damask
