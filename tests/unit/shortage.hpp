#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

#include "damask/pattern_store.hpp"
#include "support/failing_new.hpp"

namespace damask::testing {

/// Runs `attempt` with the first allocation failing, then the second, and so on until it runs
/// through, for a moment's shortage and for one that lasts. Each attempt starts from a fresh store
/// of those bytes, and says whether memory ran out.
template <typename Attempt>
void failEachAllocation(const std::vector<std::byte>& bytes, Attempt attempt) {
  for (const Shortage shortage : {Shortage::once, Shortage::lasting}) {
    bool failed = true;
    for (std::size_t successes = 0; failed; ++successes) {
      auto store = PatternStore::open(bytes);
      REQUIRE(store.has_value());
      INFO("allocation " << successes << " fails"
                         << (shortage == Shortage::lasting ? ", and all after it" : ""));
      failed = attempt(*store, successes, shortage);
    }
  }
}

/// Calls with an allocation failing; says whether one did, which must be what the result says.
template <typename Call>
bool runsOut(std::size_t successes, Shortage shortage, Call call) {
  bool failed = false;
  const auto result = [&] {
    const FailingNew failing(successes, shortage);
    auto called = call();
    failed = failing.hasFailed();
    return called;
  }();
  REQUIRE(result.has_value() != failed);
  if (failed) REQUIRE(result.error().code == ErrorCode::outOfMemory);
  return failed;
}

}  // namespace damask::testing
