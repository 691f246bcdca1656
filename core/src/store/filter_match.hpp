#pragma once

#include <cstddef>

#include "damask/options.hpp"
#include "graph/scratch.hpp"
#include "store/records.hpp"

namespace damask {

/// The live slots that the domain, type, framework and filter of `options` let through; valid until
/// the scratch memory is next used for this. The filter is valid for the store's metadata fields.
/// The last few answers are remembered as long as nothing changes: O(slots / 64) for one of them,
/// O(terms * slots) otherwise. Throws std::bad_alloc.
const FilterMatches& matchRecords(const Records& records, const SearchOptions& options,
                                  SearchScratch& scratch);

}  // namespace damask
