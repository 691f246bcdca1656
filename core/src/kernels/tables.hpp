#pragma once

#include "kernels/kernels.hpp"

// One table per instruction set, each defined in the translation unit of that name.
namespace damask::kernels {

extern const KernelTable kScalar;
extern const KernelTable kWasmSimd128;
extern const KernelTable kNeon;
extern const KernelTable kNeonDotprod;
extern const KernelTable kAvx2;
extern const KernelTable kAvx512Vnni;

}  // namespace damask::kernels
