#pragma once

#include <span>

#include "damask/pattern_store.hpp"
#include "graph/scratch.hpp"
#include "store/state.hpp"

namespace damask {

/// Answers a checked search: `largest` is the query's largest |component|, hits has room for k.
/// Throws std::bad_alloc.
std::size_t searchState(const StoreState& state, std::span<const float> query, float largest,
                        const SearchOptions& options, std::span<SlotHit> hits, SearchReport* report,
                        SearchScratch& scratch);

}  // namespace damask
