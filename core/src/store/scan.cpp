#include "store/scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace damask {
namespace {

using Ranked = SearchScratch::Ranked;

// With q = 256 h + l the product of two codes is 65536 h.h' + 256 (h.l' + l.h') + l.l', and by
// Cauchy and Schwarz all but the first term is at most
//   256 |h| |l'| + |l| (256 |h'| + |l'|),  where  |l'| <= 128 sqrt(dimension)  and
//   256 |h'| <= |q'| + |l'|.
class DotBound {
 public:
  DotBound(const CodedQuery& query, const kernels::KernelTable& kernels, std::size_t dimension)
      : low_(128 * std::sqrt(static_cast<double>(dimension))) {
    const auto normOf = [&](const std::int8_t* plane) {
      return std::sqrt(static_cast<double>(kernels.dot8(plane, plane, dimension)));
    };
    ofHigh_ = 256 * normOf(query.planes.hi) * low_;
    queryLow_ = normOf(query.planes.lo);
  }

  /// No less than the product of the codes whose upper bytes' product is `dot8`. The one covers the
  /// rounding, as all of this stays below 2^46.
  double operator()(std::int32_t dot8, std::int64_t selfDot) const noexcept {
    const double norm = std::sqrt(static_cast<double>(selfDot));
    return 65536.0 * dot8 + (ofHigh_ + queryLow_ * (norm + 2 * low_) + 1);
  }

 private:
  double low_;
  double ofHigh_ = 0, queryLow_ = 0;
};

class Scan {
 public:
  Scan(const StoreState& state, const CodedQuery& query, std::size_t most, SearchScratch& scratch)
      : state_(state),
        query_(query),
        most_(most),
        s_(scratch),
        bound_(query, state.codec.kernels(), state.options.dimension) {
    s_.ranked.clear();
    s_.batchSlots.clear();
    s_.batchRows.clear();
    s_.batchDots.resize(std::max(s_.batchDots.size(), kBatch));
  }

  void run(const std::uint64_t* accepts) {
    for (std::size_t word = 0; word * 64 < state_.records.slots(); ++word) {
      for (std::uint64_t bits = accepts[word]; bits != 0; bits &= bits - 1) {
        add(static_cast<Slot>(word * 64 + static_cast<unsigned>(std::countr_zero(bits))));
      }
    }
    rankBatch();
  }

 private:
  static constexpr std::size_t kBatch = 64;

  void add(Slot slot) {
    s_.batchSlots.push_back(slot);
    s_.batchRows.push_back(state_.code(slot));
    if (s_.batchSlots.size() == kBatch) rankBatch();
  }

  void rankBatch() {
    state_.codec.kernels().dot8Batch(query_.planes.hi, s_.batchRows.data(), s_.batchRows.size(),
                                     state_.codec.half(), s_.batchDots.data());
    s_.distances += s_.batchSlots.size();
    for (std::size_t i = 0; i < s_.batchSlots.size(); ++i) {
      if (mayBeAmong(s_.batchSlots[i], s_.batchDots[i])) keep(s_.batchSlots[i]);
    }
    s_.batchSlots.clear();
    s_.batchRows.clear();
  }

  // Slots come in ascending order: one that is only as near as the last of the best is not among
  // them.
  bool mayBeAmong(Slot slot, std::int32_t dot8) const noexcept {
    if (s_.ranked.size() < most_) return true;
    const ColdFactor& cold = state_.cold[slot];
    const double least = state_.codec.distanceOf(bound_(dot8, cold.selfDot), query_.factor, cold);
    return least < s_.ranked.front().distance;
  }

  // The best are a max-heap.
  void keep(Slot slot) {
    auto& ranked = s_.ranked;
    const Ranked r = rankOf(state_, query_, slot, s_);
    if (ranked.size() == most_) {
      if (!nearer(r, ranked.front())) return;
      std::pop_heap(ranked.begin(), ranked.end(), nearer);
      ranked.pop_back();
    }
    ranked.push_back(r);
    std::push_heap(ranked.begin(), ranked.end(), nearer);
  }

  const StoreState& state_;
  const CodedQuery& query_;
  std::size_t most_;
  SearchScratch& s_;
  DotBound bound_;
};

}  // namespace

Ranked rankOf(const StoreState& state, const CodedQuery& query, Slot slot,
              SearchScratch& scratch) noexcept {
  ++scratch.distances;
  return {state.codec.distance(query.planes, query.factor, state.code(slot), state.cold[slot]),
          slot};
}

void scanMatches(const StoreState& state, const CodedQuery& query, const std::uint64_t* accepts,
                 std::size_t most, SearchScratch& scratch) {
  Scan(state, query, most, scratch).run(accepts);
}

}  // namespace damask
