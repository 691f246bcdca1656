#include "store/search.hpp"

#include <algorithm>
#include <cmath>

#include "graph/link.hpp"
#include "graph/walk.hpp"
#include "store/filter_match.hpp"
#include "store/mmr.hpp"
#include "store/scan.hpp"

namespace damask {
namespace {

using Ranked = SearchScratch::Ranked;

/// How many standard deviations of an estimate are allowed for: two tell near-duplicates apart, and
/// more find no more (search_recall_test.cpp).
constexpr float kErrorsRanked = 2.0f;

// A walk looks at each node that is not linked yet: there must be few.
bool isWalkable(const Graph& graph) noexcept {
  return graph.linked() != 0 && graph.slots() - graph.linked() < kLinkBatch;
}

class Search {
 public:
  Search(const StoreState& state, std::span<const float> query, float largest,
         const SearchOptions& options, SearchScratch& scratch)
      : state_(state), options_(options), scratch_(scratch) {
    scratch_.distances = 0;
    scratch_.ranked.clear();
    scratch_.queryHi.resize(2 * state.codec.half());
    scratch_.queryLo.resize(2 * state.codec.half());
    std::int8_t* hi = scratch_.queryHi.data();
    std::int8_t* lo = scratch_.queryLo.data();
    query_ = {{hi, lo}, state.codec.encode(query, largest, hi, lo)};
  }

  SearchPlan run() {
    const bool filtered = options_.domain || options_.type || options_.framework || options_.filter;
    if (filtered) {
      const FilterMatches& found = matchRecords(state_.records, options_, scratch_);
      matches_ = found.count;
      accepts_ = found.bits.data();
    } else {
      matches_ = state_.records.size();
      accepts_ = state_.records.live().data();
    }
    if (matches_ == 0) return SearchPlan::none;
    if (options_.exact || !isWalkable(state_.graph) || scanIsCheaper(filtered)) {
      scan();
      return SearchPlan::scan;
    }
    const bool everyNode = matches_ == state_.graph.slots();
    const ReadAhead readAhead{state_.rest.rows(), state_.rest.width(), state_.cold.data()};
    const HotFactor factor = state_.codec.queryFactor(query_.factor, query_.planes.hi);
    const std::int8_t* hi = query_.planes.hi;
    const auto norm2 =
        static_cast<float>(state_.codec.kernels().dot8(hi, hi, state_.options.dimension));
    queryLength_ = std::sqrt(norm2) * factor.gain;
    const Walked walked = walk(state_.graph.view(), state_.codec, {hi, factor}, ef(),
                               everyNode ? nullptr : accepts_, matches_, &readAhead, scratch_);
    const bool enough = scratch_.found.size() >= std::min(options_.k, matches_);
    if (walked == Walked::gaveUp || !enough) {
      scan();
      return SearchPlan::graphThenScan;
    }
    rank();
    return walked == Walked::matches ? SearchPlan::twoHop : SearchPlan::graph;
  }

  // Leaves the hits in scratch_.ranked.
  void choose() {
    auto& ranked = scratch_.ranked;
    const auto end =
        ranked.begin() + static_cast<std::ptrdiff_t>(std::min(candidates(), ranked.size()));
    std::partial_sort(ranked.begin(), end, ranked.end(), nearer);
    ranked.erase(end, ranked.end());
    if (options_.threshold) {
      while (!ranked.empty() && state_.codec.score(ranked.back().distance) < *options_.threshold) {
        ranked.pop_back();
      }
    }
    if (options_.minK) leaveOutFar();
    if (options_.mmrLambda) chooseDiverse(state_, options_.k, *options_.mmrLambda, scratch_);
  }

  std::size_t write(std::span<SlotHit> hits) const noexcept {
    std::size_t count = 0;
    for (const Ranked& r : scratch_.ranked) {
      hits[count++] = {r.slot, state_.codec.score(r.distance)};
    }
    return count;
  }

 private:
  std::uint32_t plainEf() const noexcept {
    if (options_.ef) return *options_.ef;
    return std::max(state_.options.hnsw.efSearch, static_cast<std::uint32_t>(options_.k));
  }
  // How many of the most similar are wanted before MMR chooses among them.
  std::size_t candidates() const noexcept {
    if (!options_.mmrLambda) return options_.k;
    if (options_.mmrPool) return *options_.mmrPool;
    const std::size_t pool = std::max<std::size_t>(plainEf(), 4 * options_.k);
    return std::min<std::size_t>(pool, limits::kMaxEf);
  }
  std::uint32_t ef() const noexcept {
    return std::max(plainEf(), static_cast<std::uint32_t>(candidates()));
  }

  // A walk through all nodes follows about ef * slots / matches of them and scores about m new
  // neighbours at each; one over the matches alone meets up to 2 m of them at each of 2 ef; a scan
  // scores every match. Without a filter the graph answers from ef live patterns up.
  bool scanIsCheaper(bool filtered) const noexcept {
    if (!filtered) return matches_ <= ef();
    const std::size_t scored = std::size_t{ef()} * state_.options.hnsw.m;
    return matches_ <= 4 * scored &&
           std::uint64_t{matches_} * matches_ <= std::uint64_t{scored} * state_.graph.slots();
  }

  void scan() { scanMatches(state_, query_, accepts_, options_.slotRange, candidates(), scratch_); }

  // What is behind the largest drop of the score.
  void leaveOutFar() {
    auto& ranked = scratch_.ranked;
    const auto scoreAt = [&](std::size_t i) { return state_.codec.score(ranked[i].distance); };
    std::size_t kept = ranked.size();
    float largest = 0;
    for (std::size_t i = *options_.minK; i < ranked.size(); ++i) {
      const float drop = scoreAt(i - 1) - scoreAt(i);
      if (drop <= largest) continue;
      largest = drop;
      kept = i;
    }
    ranked.resize(kept);
  }

  // Every candidate, not only the first few: among near-duplicates the walk's estimates are alike,
  // and only the full codes tell which are the nearest. And what the pool had no room for, but is
  // so near to the last one wanted that estimates cannot tell.
  void rank() {
    for (const Candidate c : scratch_.found) rankOne(c);
    if (scratch_.found.size() < candidates()) return;
    const Candidate wanted = scratch_.found[candidates() - 1];
    const Candidate last = scratch_.found.back();
    const Candidate limit = lastCandidate(estimateOf(wanted) + errorAt(slotOf(wanted)));
    if (last >= limit) return;
    for (const Candidate c : scratch_.seen) {
      if (c > last && c <= limit && isAccepted(accepts_, slotOf(c))) rankOne(c);
    }
  }

  void rankOne(Candidate c) {
    scratch_.ranked.push_back(rankOf(state_, query_, slotOf(c), scratch_));
  }

  // Rounding to top nibbles moves a component by up to half a step, evenly, as good as: the
  // product with a query has a standard deviation of its length times step / sqrt(12).
  float errorAt(Slot slot) const noexcept {
    constexpr float kPerStep = 0.288675f;
    return kErrorsRanked * kPerStep * state_.codec.weight() * queryLength_ *
           state_.graph.factor(slot).gain;
  }

  const StoreState& state_;
  const SearchOptions& options_;
  SearchScratch& scratch_;
  CodedQuery query_{};
  float queryLength_ = 0;  ///< In units of distance.
  std::size_t matches_ = 0;
  const std::uint64_t* accepts_ = nullptr;
};

}  // namespace

std::size_t searchState(const StoreState& state, std::span<const float> query, float largest,
                        const SearchOptions& options, std::span<SlotHit> hits, SearchReport* report,
                        SearchScratch& scratch) {
  Search search(state, query, largest, options, scratch);
  const SearchPlan plan = search.run();
  search.choose();
  if (report != nullptr) {
    const bool walked = plan == SearchPlan::graph || plan == SearchPlan::twoHop;
    *report = {plan, !walked, scratch.distances};
  }
  return search.write(hits);
}

}  // namespace damask
