#pragma once

#include <cstdint>

#include "exchange.hpp"

/// The exchange in WebAssembly memory, which JavaScript sees as a whole: it is told addresses. Only
/// numbers cross as arguments and results, because Embind's own conversion of strings and arrays
/// neither checks its allocations nor understands addresses above 2 GiB.
namespace damask::wasm {

/// The one exchange of this module: WebAssembly builds have one thread.
wire::Exchange& exchange() noexcept;

/// Where the wire::Status lies; constant over the module's life.
double statusAddress() noexcept;
/// Makes room for `bytes` bytes of input and returns their address, or wire::kFailed; forgets
/// earlier input.
double reserveInput(double bytes) noexcept;
/// Gives the input's memory back, for callers that know that it was large.
void releaseInput() noexcept;

/// An address as JavaScript must see it: above 2 GiB too, never negative.
inline std::uint32_t addressOf(const void* pointer) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace damask::wasm
