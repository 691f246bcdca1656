#pragma once

#include "support/small_store.hpp"
#include "use_store.hpp"

namespace damask::testing {

/// The patterns that fuzzed filters choose among: with every field and without, some deleted.
inline PatternStore filterStore() {
  PatternStore store = smallStore(smallFields(smallOptions(3)), 40);
  for (const std::size_t number : {3u, 11u, 12u}) {
    require(must(store.remove(smallPattern(number).id), "remove"), "it was there");
  }
  return store;
}

}  // namespace damask::testing
