#include "support/oracle.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "codec/codec.hpp"

namespace damask::testing {
namespace {

double dotOf(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

}  // namespace

std::vector<float> throughCodes(Metric metric, std::span<const float> v) {
  const Codec codec(static_cast<std::uint32_t>(v.size()), metric,
                    kernels::detectedTables().front());
  const auto largest = codec.check(v, "vector");
  REQUIRE(largest.has_value());
  std::vector<std::int8_t> hi(2 * codec.half()), lo(2 * codec.half());
  const ColdFactor factor = codec.encode(v, *largest, hi.data(), lo.data());
  std::vector<std::uint8_t> top(codec.half()), rest(restBytes(v.size()));
  codec.split({hi.data(), lo.data()}, top.data(), rest.data());
  std::vector<float> decoded(v.size());
  codec.decode({top.data(), rest.data()}, factor.scale, decoded);
  return decoded;
}

double scoreOf(Metric metric, std::span<const float> a, std::span<const float> b) {
  if (metric == Metric::dot) return dotOf(a, b);
  if (metric == Metric::cosine)
    return dotOf(a, b) / std::sqrt(dotOf(a, a)) / std::sqrt(dotOf(b, b));
  double squared = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    squared += (double{a[i]} - double{b[i]}) * (double{a[i]} - double{b[i]});
  }
  return 1.0 / (1.0 + std::sqrt(squared));
}

double scoreTolerance(Metric metric, std::span<const float> a, std::span<const float> b) {
  constexpr double kRounding = 0x1p-22;
  if (metric == Metric::cosine) return kRounding;
  const double norms = std::sqrt(dotOf(a, a)) * std::sqrt(dotOf(b, b));
  if (metric == Metric::dot) return kRounding * norms;
  // The distance is off by no more than the rounding of both vectors, and the score's slope is at
  // most 1; the squared distance on codes is a difference of numbers of this size.
  const double norm = std::sqrt(dotOf(a, a)) + std::sqrt(dotOf(b, b));
  return kRounding * (norm + 1);
}

Pattern patternWithId(std::string id) {
  Pattern pattern;
  pattern.id = std::move(id);
  return pattern;
}

PatternStore storeOf(const StoreOptions& options, std::span<const float> rows) {
  auto store = PatternStore::create(options);
  REQUIRE(store.has_value());
  for (std::size_t row = 0; row < rows.size() / options.dimension; ++row) {
    REQUIRE(store->upsert(patternWithId(std::to_string(row)),
                          rows.subspan(row * options.dimension, options.dimension)));
  }
  return std::move(*store);
}

std::vector<SlotHit> slotsOf(const PatternStore& store, std::span<const float> query,
                             const SearchOptions& options, SearchReport* report) {
  std::vector<SlotHit> hits(options.k);
  const auto count = store.searchSlots(query, options, hits, report);
  REQUIRE(count.has_value());
  hits.resize(*count);
  return hits;
}

void Recall::add(const std::vector<SlotHit>& found, const std::vector<SlotHit>& truth) {
  REQUIRE_FALSE(truth.empty());
  REQUIRE(found.size() <= truth.size());
  const float last = truth.back().score;
  hits_ += static_cast<std::size_t>(std::count_if(
      found.begin(), found.end(), [last](const SlotHit& hit) { return hit.score >= last; }));
  total_ += truth.size();
}

double Recall::value() const noexcept {
  return static_cast<double>(hits_) / static_cast<double>(total_);
}

}  // namespace damask::testing
