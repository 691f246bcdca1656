#include "support/failing_new.hpp"

#include <cstdlib>
#include <mutex>
#include <new>

namespace {

struct Countdown {
  bool armed = false;
  bool lasting = false;
  bool failed = false;
  std::size_t successes = 0;
};
std::mutex countdownMutex;
Countdown countdown;

void countDown() {
  const std::lock_guard lock(countdownMutex);
  if (!countdown.armed) return;
  if (countdown.successes == 0) {
    countdown.armed = countdown.lasting;
    countdown.failed = true;
    throw std::bad_alloc();
  }
  --countdown.successes;
}

void* orThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Of every form of operator new that damask and its libraries use, these are what the others call.
void* operator new(std::size_t bytes) {
  countDown();
  return orThrow(std::malloc(bytes == 0 ? 1 : bytes));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  countDown();
  const auto unit = static_cast<std::size_t>(alignment);
  return orThrow(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
void* operator new[](std::size_t bytes) {
  return operator new(bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

#if defined(__SANITIZE_ADDRESS__)
// The C++ library's own calls of new may still be AddressSanitizer's, and those of delete ours.
extern "C" const char* __asan_default_options() {
  return "alloc_dealloc_mismatch=0";
}
#endif

namespace damask::testing {

FailingNew::FailingNew(std::size_t successes, Shortage shortage) noexcept {
  const std::lock_guard lock(countdownMutex);
  countdown = {true, shortage == Shortage::lasting, false, successes};
}
FailingNew::~FailingNew() {
  const std::lock_guard lock(countdownMutex);
  countdown = {};
}
bool FailingNew::hasFailed() const noexcept {
  const std::lock_guard lock(countdownMutex);
  return countdown.failed;
}

}  // namespace damask::testing
