#include <charconv>
#include <vector>

#include "life_side.hpp"
#include "or_throw.hpp"

namespace damask::bench {
namespace {

StoreOptions optionsOf(std::uint32_t dimension, const GraphSettings& graph) {
  StoreOptions options;
  options.dimension = dimension;
  options.hnsw.m = graph.m;
  options.hnsw.efConstruction = graph.efConstruction;
  return options;
}

SearchOptions searchOf(std::size_t k, std::uint32_t ef) {
  SearchOptions options;
  options.k = k;
  options.ef = ef;
  return options;
}

}  // namespace

DamaskLife::DamaskLife(std::uint32_t dimension, const GraphSettings& graph,
                       std::span<const Numbers> numbers)
    : store_(orThrow(PatternStore::create(optionsOf(dimension, graph)))), numbers_(numbers) {}

void DamaskLife::put(std::uint32_t id, std::span<const float> v) {
  Pattern pattern;
  pattern.id = std::to_string(id);
  if (id < numbers_.size()) {
    pattern.coverage = numbers_[id].random;
    pattern.flakinessScore = numbers_[id].correlated;
  }
  orThrow(store_.upsert(pattern, v));
}

void DamaskLife::remove(std::uint32_t id) {
  orThrow(store_.remove(std::to_string(id)));
}

std::size_t DamaskLife::search(std::span<const float> query, std::uint32_t ef,
                               std::span<std::int32_t> ids) {
  return run(query, searchOf(ids.size(), ef), ids, nullptr);
}

std::size_t DamaskLife::searchWithin(std::span<const float> query, std::uint32_t ef,
                                     const Limit& limit, std::span<std::int32_t> ids,
                                     SearchReport& report) {
  SearchOptions options = searchOf(ids.size(), ef);
  options.filter =
      Filter::compare(limit.correlated ? FilterField::flakinessScore : FilterField::coverage,
                      FilterOperator::less, limit.below);
  return run(query, options, ids, &report);
}

std::size_t DamaskLife::run(std::span<const float> query, const SearchOptions& options,
                            std::span<std::int32_t> ids, SearchReport* report) {
  thread_local std::vector<SlotHit> hits;
  hits.resize(ids.size());
  const std::size_t count = orThrow(store_.searchSlots(query, options, hits, report));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view id = store_.idOf(hits[i].slot);
    std::from_chars(id.data(), id.data() + id.size(), ids[i]);
  }
  return count;
}

}  // namespace damask::bench
