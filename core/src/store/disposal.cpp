#include "store/disposal.hpp"

#include <system_error>
#include <utility>

#include "graph/workers.hpp"

namespace damask {

Disposal::Disposal() {
  if (!Workers::hasThreads()) return;
  try {
    freed_ = std::async(std::launch::async, [given = given_.get_future()]() mutable {
      const Given freed = given.get();
    });
  } catch (const std::system_error&) {
    // No thread is to be had.
  }
}

void Disposal::take(std::shared_ptr<StoreState> state, std::unique_ptr<Rebuild> rebuild) noexcept {
  if (freed_.valid()) given_.set_value({std::move(state), std::move(rebuild)});
}

}  // namespace damask
