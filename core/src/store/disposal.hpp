#pragma once

#include <future>
#include <memory>

#include "store/state.hpp"

namespace damask {

/// Frees a state on a thread of its own: of a large one, giving the pages back takes milliseconds.
class Disposal {
 public:
  /// Throws std::bad_alloc. Where no thread is to be had, take() frees.
  Disposal();

  /// To be called once at most.
  void take(std::shared_ptr<StoreState> state) noexcept;

 private:
  std::future<void>
      freed_;  ///< Waits when it ends, after the promise has, which else it waits for.
  std::promise<std::shared_ptr<StoreState>> given_;
};

}  // namespace damask
