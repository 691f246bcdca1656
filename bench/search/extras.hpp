#pragma once

#include "damask/damask.hpp"
#include "dataset.hpp"
#include "host.hpp"
#include "run.hpp"

namespace damask::bench {

/// What only damask is measured in, with the store and knob that were the fastest at recall 0.95.

/// All queries on one thread and divided among two, in turns: searches a second, medians of the
/// passes. Searches are const, so the threads share the store.
Json measureThreads(const PatternStore& store, const Dataset& data, const Plan& plan,
                    std::uint32_t ef);

/// Writes a snapshot to a file in `folder`, opens it from a cold and from a warm file, and searches
/// once; medians of the passes.
Json measureSnapshot(const PatternStore& store, const Dataset& data, const Plan& plan,
                     std::uint32_t ef, const std::string& folder);

}  // namespace damask::bench
