#include "store/search.hpp"

#include <algorithm>

#include "graph/prefetch.hpp"
#include "graph/walk.hpp"
#include "store/filter_match.hpp"
#include "store/mmr.hpp"
#include "store/scan.hpp"

namespace damask {
namespace {

using Ranked = SearchScratch::Ranked;

/// How many rows are asked for before they are needed: a few more than one takes to arrive.
constexpr std::size_t kPrefetchedRows = 6;

class Search {
 public:
  Search(const StoreState& state, std::span<const float> query, float largest,
         const SearchOptions& options, SearchScratch& scratch)
      : state_(state), options_(options), scratch_(scratch) {
    scratch_.distances = 0;
    scratch_.ranked.clear();
    scratch_.queryHi.resize(query.size());
    scratch_.queryLo.resize(query.size());
    std::int8_t* hi = scratch_.queryHi.data();
    std::int8_t* lo = scratch_.queryLo.data();
    query_ = {{hi, lo}, state.codec.encode(query, largest, hi, lo)};
  }

  SearchPlan run() {
    const bool filtered = options_.domain || options_.type || options_.framework || options_.filter;
    if (filtered) {
      matches_ = matchRecords(state_.records, options_, scratch_);
      accepts_ = scratch_.matches.data();
    } else {
      matches_ = state_.records.size();
      accepts_ = state_.records.live().data();
    }
    if (matches_ == 0) return SearchPlan::none;
    const bool unlinked = state_.graph.linked() < state_.graph.slots();
    if (options_.exact || unlinked || scanIsCheaper(filtered)) {
      scan();
      return SearchPlan::scan;
    }
    const bool everyNode = matches_ == state_.graph.slots();
    walk(state_.graph.view(), state_.codec,
         {query_.code.hi, state_.codec.hotFactor(query_.factor, query_.code.hi)}, ef(),
         everyNode ? nullptr : accepts_, scratch_);
    if (scratch_.found.size() < std::min(options_.k, matches_)) {
      scan();
      return SearchPlan::graphThenScan;
    }
    rank();
    return SearchPlan::graph;
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

  // A walk that collects ef of the matching nodes follows about ef * slots / matches nodes and
  // scores about m new neighbours at each; a scan scores every match. Without a filter the graph
  // answers from ef live patterns up.
  bool scanIsCheaper(bool filtered) const noexcept {
    if (!filtered) return matches_ <= ef();
    const double walked = static_cast<double>(ef()) * state_.options.hnsw.m *
                          static_cast<double>(state_.graph.slots());
    return static_cast<double>(matches_) * static_cast<double>(matches_) <= walked;
  }

  void scan() { scanMatches(state_, query_, accepts_, candidates(), scratch_); }

  // Every candidate, not only the first few: among near-duplicates the walk's estimates are alike,
  // and only the full codes tell which are the nearest.
  void rank() {
    const auto& found = scratch_.found;
    const std::size_t ahead = std::min(kPrefetchedRows, found.size());
    for (std::size_t i = 0; i < ahead; ++i) prefetchCold(slotOf(found[i]));
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i + ahead < found.size()) prefetchCold(slotOf(found[i + ahead]));
      scratch_.ranked.push_back(rankOf(state_, query_, slotOf(found[i]), scratch_));
    }
  }

  // The walk has read the high planes; the rest of a row lies elsewhere.
  void prefetchCold(Slot slot) const noexcept {
    prefetch(state_.low.row(slot), state_.options.dimension);
    prefetch(&state_.cold[slot], sizeof(ColdFactor));
  }

  const StoreState& state_;
  const SearchOptions& options_;
  SearchScratch& scratch_;
  CodedQuery query_{};
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
    *report = {plan, plan != SearchPlan::graph, scratch.distances};
  }
  return search.write(hits);
}

}  // namespace damask
