#pragma once

#if defined(__linux__)

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <vector>

namespace damask::test {

enum class Flush { atStart, atEnd };

/// A copy of some values between two pages that nobody may touch, flush against one of them: a
/// single byte read or written beyond that end stops the process, whatever the instruction.
template <typename T>
class GuardedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  GuardedBuffer(const std::vector<T>& values, Flush flush) {
    const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = values.size() * sizeof(T);
    const std::size_t inside = (bytes + page - 1) / page * page;
    mappedBytes_ = inside + 2 * page;
    mapped_ = mmap(nullptr, mappedBytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped_ == MAP_FAILED) throw std::bad_alloc();
    std::byte* const begin = static_cast<std::byte*>(mapped_) + page;
    if (mprotect(begin, inside, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    data_ = reinterpret_cast<T*>(flush == Flush::atStart ? begin : begin + inside - bytes);
    std::memcpy(data_, values.data(), bytes);
  }
  ~GuardedBuffer() { munmap(mapped_, mappedBytes_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() { return data_; }

 private:
  void* mapped_ = nullptr;
  std::size_t mappedBytes_ = 0;
  T* data_ = nullptr;
};

}  // namespace damask::test

#endif
