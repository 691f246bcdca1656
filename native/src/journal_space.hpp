#pragma once

#include <cstddef>
#include <span>

namespace damask::posix {

/// The bytes of a part of a journal without the zeros behind its last frame, which are space for
/// those to come (docs/format.md). No frame begins with a length of 0.
std::span<const std::byte> withoutSpace(std::span<const std::byte> part, bool isFirst);

}  // namespace damask::posix
