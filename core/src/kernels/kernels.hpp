#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codec/stored_code.hpp"
#include "damask/error.hpp"

namespace damask::kernels {

/// Every kernel of one instruction set. All are exact, so every table gives the same results:
/// integers are summed without rounding, and the only floating-point steps are one double
/// multiplication and one round-to-nearest-even per component.
///
/// Dimensions are 1 to 4096. Pointers need no alignment; nothing outside [0, n) is read. Queries
/// are planes of bytes: q = 256*hi + lo. Where they meet stored codes, `half` is halfOf(dimension)
/// and each of their planes has 2 * half values, of which one beyond the dimension is zero.
struct KernelTable {
  const char* name;

  /// sum of a[i] * b[i]; |result| <= 4096 * 128 * 128 = 67,108,864 fits an int32.
  std::int32_t (*dot8)(const std::int8_t* a, const std::int8_t* b, std::size_t n);

  /// out[r] = sum of query[i] * top[i] over the top plane rows[r], for r in [0, count);
  /// |result| <= 4096 * 128 * 8.
  void (*dot4Batch)(const std::int8_t* query, const std::uint8_t* const* rows, std::size_t count,
                    std::size_t half, std::int32_t* out);

  /// out[r] = sum of query[i] * (16 * top[i] + mid[i]) over rows[r], for r in [0, count).
  void (*dot8Batch)(const std::int8_t* query, const StoredCode* rows, std::size_t count,
                    std::size_t half, std::int32_t* out);

  /// sum of (256*hi[i] + lo[i]) * (4096*top[i] + 256*mid[i] + low[i]), exact in int64.
  /// 16*top[i] + mid[i] must be at least -128, as in what encode() makes.
  std::int64_t (*dot16)(const std::int8_t* hi, const std::int8_t* lo, StoredCode row,
                        std::size_t half);

  /// The largest bit pattern of |v[i]|: the bits of max|v|, or >= 0x7f800000 when any component
  /// is infinite or NaN.
  std::uint32_t (*maxAbsBits)(const float* v, std::size_t n);

  /// q = round-to-nearest-even(double(v[i]) * inverseScale), |q| <= 30591, split into
  /// q = 256*hi + lo with hi in [-119, 119] and lo in [-128, 127].
  void (*encode)(const float* v, double inverseScale, std::size_t n, std::int8_t* hi,
                 std::int8_t* lo);
};

/// Tables compiled into this build, slowest first; and those that this machine can run.
std::vector<const KernelTable*> compiledTables();
std::vector<const KernelTable*> detectedTables();

/// The fastest detected table, or the one that DAMASK_ISA names. Errors: unsupported.
Result<const KernelTable*> activeTable();

}  // namespace damask::kernels
