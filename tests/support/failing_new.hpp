#pragma once

#include <cstddef>

namespace damask::testing {

enum class Shortage { once, lasting };

/// As long as it lives, lets operator new succeed `successes` times and throw
/// std::bad_alloc after that: the next time only, or from then on.
class FailingNew {
 public:
  FailingNew(std::size_t successes, Shortage shortage) noexcept;
  ~FailingNew();
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;

  /// Whether it has thrown.
  bool hasFailed() const noexcept;
};

}  // namespace damask::testing
