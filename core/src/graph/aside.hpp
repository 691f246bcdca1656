#pragma once

#include <functional>
#include <future>

namespace damask {

/// A piece of work that a thread of its own does, or the caller where this target has no threads.
class Aside {
 public:
  /// Throws std::bad_alloc, and without threads whatever the work throws.
  explicit Aside(const std::function<void()>& work);

  bool isDone() const noexcept;
  /// Waits for its end, as the destructor does. Throws, once, what the work has thrown.
  void wait();

 private:
  std::future<void> done_;  ///< Not valid when there is nothing to wait for.
};

}  // namespace damask
