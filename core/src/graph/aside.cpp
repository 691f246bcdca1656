#include "graph/aside.hpp"

#include <chrono>
#include <system_error>

#include "graph/workers.hpp"

namespace damask {

Aside::Aside(const std::function<void()>& work) {
  if (Workers::hasThreads()) {
    try {
      done_ = std::async(std::launch::async, work);
      return;
    } catch (const std::system_error&) {
      // No thread is to be had.
    }
  }
  work();
}

bool Aside::isDone() const noexcept {
  return !done_.valid() || done_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void Aside::wait() {
  if (done_.valid()) done_.get();
}

}  // namespace damask
