#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "damask/pattern_store.hpp"

namespace damask::testing {

/// A pattern whose fields come and go with its number, multi-byte UTF-8 among them.
Pattern smallPattern(std::size_t number);

/// The vector of that number: small quotients of integers, never zero, some of them alike.
std::vector<float> smallVector(std::size_t number, std::uint32_t dimension);

/// Puts the patterns [first, last) into a store; of the multiples of 5, the even ones are replaced
/// and the odd ones removed again, and every seventh is used.
void fillSmall(PatternStore& store, std::size_t first, std::size_t last);

/// A store of few bytes with everything in it that the format knows. Aborts when a call fails.
PatternStore smallStore(const StoreOptions& options, std::size_t count);

/// Options of few bytes: m 4, efConstruction 16, efSearch 8.
StoreOptions smallOptions(std::uint32_t dimension, Metric metric = Metric::cosine,
                          Precision precision = Precision::fixed16);

/// The same with the metadata fields that small patterns have: n, s, b and t, of each kind.
StoreOptions smallFields(StoreOptions options);

}  // namespace damask::testing
