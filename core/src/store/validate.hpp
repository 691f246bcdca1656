#pragma once

#include <optional>
#include <string_view>

#include "damask/error.hpp"
#include "damask/pattern.hpp"

namespace damask {

/// Checks every field of a pattern against the limits its declaration states; the error names the
/// field, the value and the limit.
Result<void> validate(const Pattern& pattern);
Result<void> validate(const char* field, std::optional<Verdict> verdict);

bool isUtf8(std::string_view text) noexcept;

}  // namespace damask
