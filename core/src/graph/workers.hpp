#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace damask {

/// The calling thread and others, which share out independent pieces of work. One caller at a time.
class Workers {
 public:
  /// Whether this target has threads; without them `count` must be 1.
  static bool hasThreads() noexcept;

  /// `count` threads, that of the caller included. Throws std::system_error when one cannot be had.
  explicit Workers(std::uint32_t count);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  std::uint32_t count() const noexcept;

  /// Calls work(worker, item) for each item below `items`, in any order, `worker` being below
  /// count() and no other call's at the same time. Returns when all are done; rethrows the first
  /// exception, after which items may have been left out. Throws nothing of its own.
  template <typename Work>
  void run(std::size_t items, Work&& work) {
    if (!pool_) {
      for (std::size_t item = 0; item < items; ++item) work(std::size_t{0}, item);
      return;
    }
    share(items, &work, [](const void* context, std::size_t worker, std::size_t item) {
      (*static_cast<const std::remove_reference_t<Work>*>(context))(worker, item);
    });
  }

 private:
  using Call = void (*)(const void*, std::size_t, std::size_t);
  void share(std::size_t items, const void* context, Call call);

  class Pool;
  std::unique_ptr<Pool> pool_;  ///< Null: the caller's thread alone.
};

}  // namespace damask
