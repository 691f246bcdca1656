#pragma once

#include <future>
#include <memory>

#include "store/rebuild.hpp"
#include "store/state.hpp"

namespace damask {

/// Frees a state or a rebuild on a thread of its own: of a large one, giving the pages back takes
/// milliseconds.
class Disposal {
 public:
  /// Throws std::bad_alloc. Where no thread is to be had, take() frees.
  Disposal();

  /// To be called once at most. Either may be null.
  void take(std::shared_ptr<StoreState> state, std::unique_ptr<Rebuild> rebuild) noexcept;

 private:
  struct Given {
    std::shared_ptr<StoreState> state;
    std::unique_ptr<Rebuild> rebuild;
  };

  std::future<void>
      freed_;  ///< Waits when it ends, after the promise has, which else it waits for.
  std::promise<Given> given_;
};

}  // namespace damask
