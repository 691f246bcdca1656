#pragma once

#include <cstdint>

namespace damask::cli {

/// The float32 of the same value as an IEEE 754 half float; every half float has one. NaNs keep
/// their payload.
float floatFromHalf(std::uint16_t half) noexcept;

}  // namespace damask::cli
