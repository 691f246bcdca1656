#include "bounded_memory.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// What is freed may be found to be used for a while, but not so long that a program spends its
/// time on fresh memory; nor are long stacks kept of every allocation.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=4:malloc_context_size=4";
}

namespace damask::testing {
namespace {

thread_local bool counting = false;
thread_local std::int64_t live = 0, peak = 0;

void onMalloc(const volatile void*, std::size_t bytes) {
  if (!counting) return;
  live += static_cast<std::int64_t>(bytes);
  peak = std::max(peak, live);
}

void onFree(const volatile void* memory) {
  if (!counting || memory == nullptr) return;
  live -=
      static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

}  // namespace

BoundedMemory::BoundedMemory(std::size_t limit) noexcept : limit_(limit) {
  static const int hooks = __sanitizer_install_malloc_and_free_hooks(onMalloc, onFree);
  if (hooks == 0) std::abort();
  live = peak = 0;
  counting = true;
}

BoundedMemory::~BoundedMemory() {
  counting = false;
  if (static_cast<std::size_t>(peak) <= limit_) return;
  std::fprintf(stderr, "does not hold: %lld bytes were allocated, the limit is %zu\n",
               static_cast<long long>(peak), limit_);
  std::abort();
}

}  // namespace damask::testing
