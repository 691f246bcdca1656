#pragma once

#include <cstddef>

#include "graph/scratch.hpp"
#include "store/state.hpp"

namespace damask {

/// Chooses by maximal marginal relevance: of the candidates in scratch.ranked, nearest first,
/// leaves the `k` chosen (or all there are), in the order of choice. Throws std::bad_alloc.
void chooseDiverse(const StoreState& state, std::size_t k, double lambda, SearchScratch& scratch);

}  // namespace damask
