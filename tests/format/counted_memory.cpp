// Counts what is allocated. The linker leads every malloc and mmap of this program here (--wrap),
// and operator new, which the standard library's own objects share, is defined on top of it.

#include "format/counted_memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

std::size_t live = 0;
std::size_t peak = 0;

void add(void* memory) noexcept {
  live += malloc_usable_size(memory);
  peak = std::max(peak, live);
}

}  // namespace

namespace damask::testing {

std::size_t liveBytes() noexcept {
  return live;
}
std::size_t peakBytes() noexcept {
  return peak;
}
void resetPeak() noexcept {
  peak = live;
}

}  // namespace damask::testing

extern "C" {

void* __real_malloc(std::size_t bytes);
void* __real_calloc(std::size_t count, std::size_t bytes);
void* __real_realloc(void* memory, std::size_t bytes);
void* __real_aligned_alloc(std::size_t alignment, std::size_t bytes);
int __real_posix_memalign(void** memory, std::size_t alignment, std::size_t bytes);
void __real_free(void* memory);
void* __real_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset);
int __real_munmap(void* memory, std::size_t bytes);

void* __wrap_malloc(std::size_t bytes) {
  void* memory = __real_malloc(bytes);
  add(memory);
  return memory;
}

void* __wrap_calloc(std::size_t count, std::size_t bytes) {
  void* memory = __real_calloc(count, bytes);
  add(memory);
  return memory;
}

// Counted as if the old block and the new one were there together, which they may be.
void* __wrap_realloc(void* memory, std::size_t bytes) {
  const std::size_t before = malloc_usable_size(memory);
  void* moved = __real_realloc(memory, bytes);
  if (moved == nullptr) return nullptr;
  add(moved);
  live -= before;
  return moved;
}

void* __wrap_aligned_alloc(std::size_t alignment, std::size_t bytes) {
  void* memory = __real_aligned_alloc(alignment, bytes);
  add(memory);
  return memory;
}

int __wrap_posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  const int result = __real_posix_memalign(memory, alignment, bytes);
  if (result == 0) add(*memory);
  return result;
}

void __wrap_free(void* memory) {
  live -= malloc_usable_size(memory);
  __real_free(memory);
}

void* __wrap_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  void* memory = __real_mmap(at, bytes, protection, flags, file, offset);
  if (memory == MAP_FAILED) return memory;
  live += bytes;
  peak = std::max(peak, live);
  return memory;
}

int __wrap_munmap(void* memory, std::size_t bytes) {
  live -= bytes;
  return __real_munmap(memory, bytes);
}

}  // extern "C"

void* operator new(std::size_t bytes) {
  void* memory = __wrap_malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  void* memory = __wrap_aligned_alloc(to, (bytes + to - 1) / to * to);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  __wrap_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  __wrap_free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  __wrap_free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  __wrap_free(memory);
}
