#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "conformance/steps.hpp"

namespace damask::conformance {

/// 64 hex digits.
std::string sha256(std::span<const std::byte> bytes);

/// Values as results hold them: what would lose bits in JSON as hex digits.
Json shown(const Error& error);
Json shown(const std::vector<SearchHit>& hits);
Json shown(const Pattern& pattern, std::span<const float> embedding);

}  // namespace damask::conformance
