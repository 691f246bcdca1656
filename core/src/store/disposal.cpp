#include "store/disposal.hpp"

#include <system_error>
#include <utility>

#include "graph/workers.hpp"

namespace damask {

Disposal::Disposal() {
  if (!Workers::hasThreads()) return;
  try {
    freed_ = std::async(std::launch::async,
                        [given = given_.get_future()]() mutable { given.get().reset(); });
  } catch (const std::system_error&) {
    // No thread is to be had.
  }
}

void Disposal::take(std::shared_ptr<StoreState> state) noexcept {
  if (freed_.valid()) given_.set_value(std::move(state));
}

}  // namespace damask
