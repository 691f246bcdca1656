#include "store/mmr.hpp"

#include <algorithm>
#include <limits>

namespace damask {

void chooseDiverse(const StoreState& state, std::size_t k, double lambda, SearchScratch& scratch) {
  auto& chosen = scratch.chosen;
  auto& rest = scratch.candidates;  // nearest first throughout, so that ties go to the first
  chosen.clear();
  rest.clear();
  scratch.chosenHi.resize(2 * state.codec.half());
  scratch.chosenLo.resize(2 * state.codec.half());
  for (const SearchScratch::Ranked& r : scratch.ranked) {
    rest.push_back({r, state.codec.score(r.distance), -std::numeric_limits<float>::infinity()});
  }
  // With nothing chosen yet, the nearest is the best for every lambda.
  for (std::size_t best = 0; best < rest.size();) {
    const SearchScratch::Ranked last = rest[best].ranked;
    chosen.push_back(last);
    if (chosen.size() == k) break;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(best));
    state.codec.join(state.code(last.slot), scratch.chosenHi.data(), scratch.chosenLo.data());
    const CodePlanes planes{scratch.chosenHi.data(), scratch.chosenLo.data()};
    const ColdFactor& cold = state.cold[last.slot];
    best = 0;
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const Slot slot = rest[i].ranked.slot;
      const float alike =
          state.codec.score(state.codec.distance(planes, cold, state.code(slot), state.cold[slot]));
      rest[i].nearest = std::max(rest[i].nearest, alike);
      const double marginal =
          lambda * double{rest[i].relevance} - (1 - lambda) * double{rest[i].nearest};
      if (marginal > largest) {
        largest = marginal;
        best = i;
      }
    }
    scratch.distances += rest.size();
  }
  scratch.ranked.swap(chosen);
}

}  // namespace damask
