#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "damask/error.hpp"

namespace damask {

/// The instruction sets damask has kernels for, by name: "scalar", "wasm-simd128", "neon",
/// "neon-dotprod", "avx2", "avx512-vnni". Three separate questions:

/// Compiled into this build, slowest first. WebAssembly builds have exactly one.
std::vector<std::string_view> compiledInstructionSets();

/// Those of the compiled ones that this machine can run, slowest first.
std::vector<std::string_view> detectedInstructionSets();

/// The one stores created from now on will use: the fastest detected, or the one that the
/// environment variable DAMASK_ISA names (read at each call; native only). An unknown or
/// unavailable name is an error that lists what is available, never a silent fallback.
Result<std::string_view> activeInstructionSet();

/// damask's own version, "major.minor.patch".
std::string_view version() noexcept;

/// What this was compiled for: "x86_64", "aarch64" or "wasm32".
std::string_view targetName() noexcept;

}  // namespace damask
