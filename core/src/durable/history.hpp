#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "damask/options.hpp"

namespace damask {

/// All that a store was told, in 128 bits: a chain of XXH3-128 over its options and, one after
/// another, its changes as a journal encodes them. Equal calls give equal histories on every
/// target. Against accidents, not against malice.
using History = std::array<std::byte, 16>;

/// Of a store without changes.
History historyOf(const StoreOptions& options) noexcept;

/// Of one change, encoded.
History historyOf(std::span<const std::byte> change) noexcept;

/// Of a store to which this change was made.
History extended(const History& history, const History& change) noexcept;

}  // namespace damask
