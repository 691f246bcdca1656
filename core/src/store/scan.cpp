#include "store/scan.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "store/bits.hpp"

namespace damask {
namespace {

using Ranked = SearchScratch::Ranked;

// Tells from a part of a code that it is not among the best. With q = 256 h + l and
// c = 4096 t + r, where |r| <= 2176 per component, the product of a query q and a code c is
//   2^20 h.t + 4096 l.t + q.r,
// and with c = 256 h' + l'
//   2^16 h.h' + 256 h.l' + l.c.
// Cauchy and Schwarz bound all but the first term, 4096 |t| being at most |c| + |r|. The one added
// covers the rounding, as all of this stays below 2^46.
class Sieve {
 public:
  Sieve(const StoreState& state, const CodedQuery& query) : state_(state), query_(query) {
    const kernels::KernelTable& kernels = state.codec.kernels();
    const std::size_t dimension = state.options.dimension;
    const auto lengthOf = [&](const std::int8_t* plane) {
      return std::sqrt(static_cast<double>(kernels.dot8(plane, plane, dimension)));
    };
    const double root = std::sqrt(static_cast<double>(dimension));
    const double rest = 2176 * root;
    length_ = std::sqrt(static_cast<double>(query.factor.selfDot));
    queryLow_ = lengthOf(query.planes.lo);
    aroundTop_ = length_ * rest + queryLow_ * rest + 1;
    aroundHigh_ = 256 * lengthOf(query.planes.hi) * (128 * root) + 1;
  }

  /// Whether the code may be nearer than `worst`, going by h.t.
  bool passesTop(std::int32_t dot4, Slot slot, double worst) const noexcept {
    return passes(1048576.0 * dot4 + aroundTop_, slot, worst);
  }
  /// The same, going by h.h'.
  bool passesHigh(std::int32_t dot8, Slot slot, double worst) const noexcept {
    return passes(65536.0 * dot8 + aroundHigh_, slot, worst);
  }

 private:
  // Under cosine what distanceOf(most) < worst says, without a division; the 1e-9 covers rounding.
  bool passes(double most, Slot slot, double worst) const noexcept {
    const ColdFactor& cold = state_.cold[slot];
    const double length = std::sqrt(static_cast<double>(cold.selfDot));
    most += queryLow_ * length;
    if (state_.options.metric == Metric::cosine) {
      return most > (-worst - 1e-9) * (length_ * length);
    }
    return state_.codec.distanceOf(most, query_.factor, cold) < worst;
  }

  const StoreState& state_;
  const CodedQuery& query_;
  double length_ = 0, queryLow_ = 0, aroundTop_ = 0, aroundHigh_ = 0;
};

class Scan {
 public:
  Scan(const StoreState& state, const CodedQuery& query, std::size_t most, SearchScratch& scratch)
      : state_(state), query_(query), most_(most), s_(scratch), sieve_(state, query) {
    s_.ranked.clear();
    s_.batchSlots.clear();
    s_.batchCodes.clear();
    s_.batchDots.resize(std::max(s_.batchDots.size(), kBatch));
  }

  void run(const std::uint64_t* accepts, Slot from, Slot to) {
    const std::size_t first = from / 64, end = (std::size_t{to} + 63) / 64;
    if (from >= to) return;
    const std::span words(accepts + first, end - first);
    const Slot offset = static_cast<Slot>(first) * 64;
    forEachBit(words, [&](Slot inRange) {
      const Slot slot = offset + inRange;
      if (slot >= from && slot < to) add(slot);
    });
    rankBatch();
  }

 private:
  static constexpr std::size_t kBatch = 64;

  void add(Slot slot) {
    s_.batchSlots.push_back(slot);
    s_.batchCodes.push_back(state_.graph.code(slot));
    if (s_.batchSlots.size() == kBatch) rankBatch();
  }

  // Slots come in ascending order: one that is only as near as the last of the best is not among
  // them.
  void rankBatch() {
    const kernels::KernelTable& kernels = state_.codec.kernels();
    const std::size_t half = state_.codec.half();
    if (s_.ranked.size() == most_) {
      kernels.dot4Batch(query_.planes.hi, s_.batchCodes.data(), s_.batchCodes.size(), half,
                        s_.batchDots.data());
      s_.distances += s_.batchSlots.size();
      const double worst = s_.ranked.front().distance;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < s_.batchSlots.size(); ++i) {
        const Slot slot = s_.batchSlots[i];
        s_.batchSlots[kept] = slot;
        kept += sieve_.passesTop(s_.batchDots[i], slot, worst) ? 1 : 0;
      }
      s_.batchSlots.resize(kept);
    }
    s_.batchRows.clear();
    for (const Slot slot : s_.batchSlots) s_.batchRows.push_back(state_.code(slot));
    kernels.dot8Batch(query_.planes.hi, s_.batchRows.data(), s_.batchRows.size(), half,
                      s_.batchDots.data());
    s_.distances += s_.batchSlots.size();
    for (std::size_t i = 0; i < s_.batchSlots.size(); ++i) {
      const Slot slot = s_.batchSlots[i];
      if (s_.ranked.size() < most_ ||
          sieve_.passesHigh(s_.batchDots[i], slot, s_.ranked.front().distance)) {
        keep(slot);
      }
    }
    s_.batchSlots.clear();
    s_.batchCodes.clear();
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
  Sieve sieve_;
};

}  // namespace

Ranked rankOf(const StoreState& state, const CodedQuery& query, Slot slot,
              SearchScratch& scratch) noexcept {
  ++scratch.distances;
  return {state.codec.distance(query.planes, query.factor, state.code(slot), state.cold[slot]),
          slot};
}

void scanMatches(const StoreState& state, const CodedQuery& query, const std::uint64_t* accepts,
                 const std::optional<SlotRange>& range, std::size_t most, SearchScratch& scratch) {
  const auto slots = static_cast<Slot>(state.records.slots());
  Scan scan(state, query, most, scratch);
  scan.run(accepts, range ? range->from : 0, range ? std::min(range->to, slots) : slots);
}

}  // namespace damask
