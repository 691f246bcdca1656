#pragma once

#include <string_view>

#include "damask/error.hpp"
#include "damask/pattern.hpp"

namespace damask {

/// Checks every field of a pattern against the limits its declaration states; the error names the
/// field, the value and the limit.
Result<void> validate(const Pattern& pattern);

bool isUtf8(std::string_view text) noexcept;

}  // namespace damask
