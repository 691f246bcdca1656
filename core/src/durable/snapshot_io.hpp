#pragma once

#include <memory>
#include <span>

#include "damask/error.hpp"
#include "store/state.hpp"

namespace damask {

/// Reads and validates a whole store. Throws std::bad_alloc.
Result<std::unique_ptr<StoreState>> readSnapshot(std::span<const std::byte> bytes,
                                                 const kernels::KernelTable* kernels);

}  // namespace damask
