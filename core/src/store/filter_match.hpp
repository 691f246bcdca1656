#pragma once

#include <cstddef>

#include "damask/options.hpp"
#include "graph/scratch.hpp"
#include "store/records.hpp"

namespace damask {

/// The live slots that the domain, type, framework and filter of `options` let through, as bits in
/// scratch.matches; returns how many. The filter is valid. O(terms * slots). Throws std::bad_alloc.
std::size_t matchRecords(const Records& records, const SearchOptions& options,
                         SearchScratch& scratch);

}  // namespace damask
