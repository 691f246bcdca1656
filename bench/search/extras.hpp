#pragma once

#include "damask/damask.hpp"
#include "dataset.hpp"
#include "host.hpp"
#include "run.hpp"

namespace damask::bench {

/// What only damask is measured in, with the store and knob that were the fastest at recall 0.95.

/// 20,000 searches on one thread and divided among two, in turns: searches a second, medians of the
/// passes. Searches are const, so the threads share the store.
Json measureThreads(const PatternStore& store, const Dataset& data, const Plan& plan,
                    std::uint32_t ef);

/// Builds the store of these settings on one thread and on two: seconds, and whether their
/// snapshots are the same to the byte.
Json measureBuild(const Dataset& data, const GraphSettings& settings);

/// Writes a snapshot to a file, opens it from a cold and from a warm one, and searches once;
/// medians of the passes.
Json measureSnapshot(const PatternStore& store, const Dataset& data, const Plan& plan,
                     std::uint32_t ef);

}  // namespace damask::bench
