#include <cstdlib>
#include <string>

#include "damask/isa.hpp"
#include "kernels/tables.hpp"

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace damask::kernels {

std::vector<const KernelTable*> compiledTables() {
#if defined(__wasm_simd128__)
  return {&kWasmSimd128};
#elif defined(__wasm__)
  return {&kScalar};
#elif defined(__aarch64__)
  return {&kScalar, &kNeon, &kNeonDotprod};
#elif defined(__x86_64__)
  return {&kScalar, &kAvx2, &kAvx512Vnni};
#else
  return {&kScalar};
#endif
}

namespace {

bool machineRuns([[maybe_unused]] const KernelTable* table) {
#if defined(__x86_64__)
  if (table == &kAvx2) return __builtin_cpu_supports("avx2");
  if (table == &kAvx512Vnni) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
  }
#elif defined(__aarch64__)
  if (table == &kNeonDotprod) return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#endif
  return true;
}

#if !defined(__wasm__)
std::string join(const std::vector<const KernelTable*>& tables) {
  std::string names;
  for (const KernelTable* table : tables) {
    if (!names.empty()) names += ", ";
    names += table->name;
  }
  return names;
}
#endif

}  // namespace

std::vector<const KernelTable*> detectedTables() {
  std::vector<const KernelTable*> detected;
  for (const KernelTable* table : compiledTables()) {
    if (machineRuns(table)) detected.push_back(table);
  }
  return detected;
}

Result<const KernelTable*> activeTable() {
  const auto detected = detectedTables();
#if !defined(__wasm__)
  if (const char* forced = std::getenv("DAMASK_ISA"); forced != nullptr && *forced != '\0') {
    for (const KernelTable* table : detected) {
      if (std::string_view(table->name) == forced) return table;
    }
    return fail(ErrorCode::unsupported, "DAMASK_ISA is \"" + std::string(forced) +
                                            "\", but this machine runs: " + join(detected));
  }
#endif
  return detected.back();
}

}  // namespace damask::kernels

namespace damask {

namespace {

std::vector<std::string_view> names(const std::vector<const kernels::KernelTable*>& tables) {
  std::vector<std::string_view> result;
  result.reserve(tables.size());
  for (const auto* table : tables) result.emplace_back(table->name);
  return result;
}

}  // namespace

std::vector<std::string_view> compiledInstructionSets() {
  return names(kernels::compiledTables());
}
std::vector<std::string_view> detectedInstructionSets() {
  return names(kernels::detectedTables());
}

Result<std::string_view> activeInstructionSet() {
  auto table = kernels::activeTable();
  if (!table) return tl::unexpected<Error>(table.error());
  return std::string_view((*table)->name);
}

std::string_view version() noexcept {
  return DAMASK_VERSION;
}

std::string_view targetName() noexcept {
#if defined(__wasm__)
  return "wasm32";
#elif defined(__aarch64__)
  return "aarch64";
#elif defined(__x86_64__)
  return "x86_64";
#else
  return "unknown";
#endif
}

}  // namespace damask
