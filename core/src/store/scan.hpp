#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/codec.hpp"
#include "damask/options.hpp"
#include "graph/scratch.hpp"
#include "store/state.hpp"

namespace damask {

/// A query as stored vectors are encoded.
struct CodedQuery {
  CodePlanes planes;
  ColdFactor factor;
};

/// Better first; ties go to the older.
inline bool nearer(const SearchScratch::Ranked& a, const SearchScratch::Ranked& b) noexcept {
  return a.distance != b.distance ? a.distance < b.distance : a.slot < b.slot;
}

/// The distance of a slot by the full 16 bits.
SearchScratch::Ranked rankOf(const StoreState& state, const CodedQuery& query, Slot slot,
                             SearchScratch& scratch) noexcept;

/// The `most` slots nearest to the query by the full 16 bits, among those that `accepts` has a bit
/// for, and of `range` when there is one, into scratch.ranked, in no order. The upper 4 bits alone
/// say of most slots that they are not among them, the upper 8 of most others; the rest are ranked.
/// Throws std::bad_alloc. O(slots + matches * dimension).
void scanMatches(const StoreState& state, const CodedQuery& query, const std::uint64_t* accepts,
                 const std::optional<SlotRange>& range, std::size_t most, SearchScratch& scratch);

}  // namespace damask
