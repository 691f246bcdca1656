#include "truth.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "fast_dot.hpp"

namespace damask::bench {
namespace {

/// Scored again in float64: float32 is off by about 1e-6 here, and ranks so near each other are
/// few.
constexpr std::size_t kSpare = 50;

using Scored = std::pair<float, std::int32_t>;

// The worst of what is kept comes first, ready to be replaced.
bool better(const Scored& a, const Scored& b) {
  return a.first != b.first ? a.first > b.first : a.second < b.second;
}

}  // namespace

std::vector<std::int32_t> exactRows(
    const testing::Vectors& base, const testing::Vectors& queries, std::size_t k,
    const std::function<bool(std::size_t query, std::size_t row)>& eligible) {
  const std::size_t dimension = base.dimension;
  std::vector<std::int32_t> truth(queries.count() * k, -1);
  const auto one = [&](std::size_t q, std::vector<Scored>& heap) {
    heap.clear();
    const float* query = queries[q].data();
    for (std::size_t row = 0; row < base.count(); ++row) {
      if (eligible && !eligible(q, row)) continue;
      const Scored scored{fastDot(query, base[row].data(), dimension),
                          static_cast<std::int32_t>(row)};
      if (heap.size() == k + kSpare) {
        if (!better(scored, heap.front())) continue;
        std::pop_heap(heap.begin(), heap.end(), better);
        heap.back() = scored;
      } else {
        heap.push_back(scored);
      }
      std::push_heap(heap.begin(), heap.end(), better);
    }
    std::vector<std::pair<double, std::int32_t>> again;
    for (const Scored& it : heap) {
      const auto v = base[static_cast<std::size_t>(it.second)];
      double score = 0;
      for (std::size_t i = 0; i < dimension; ++i) score += double{v[i]} * query[i];
      again.emplace_back(-score, it.second);
    }
    std::sort(again.begin(), again.end());
    for (std::size_t i = 0; i < std::min(k, again.size()); ++i) truth[q * k + i] = again[i].second;
  };
  std::vector<std::thread> threads;
  const std::size_t count = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t t = 0; t < count; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Scored> heap;
      for (std::size_t q = t; q < queries.count(); q += count) one(q, heap);
    });
  }
  for (auto& thread : threads) thread.join();
  return truth;
}

}  // namespace damask::bench
