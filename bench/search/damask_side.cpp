#include "damask_side.hpp"

#include <string>

namespace damask::bench {
namespace {

StoreOptions optionsOf(std::uint32_t dimension, const GraphSettings& settings) {
  StoreOptions options;
  options.dimension = dimension;
  options.hnsw.m = settings.m;
  options.hnsw.efConstruction = settings.efConstruction;
  return options;
}

SearchOptions searchOf(const Knob& knob, std::size_t k) {
  SearchOptions options;
  options.k = k;
  options.ef = knob.value;
  return options;
}

}  // namespace

DamaskSide::DamaskSide(std::uint32_t dimension, const GraphSettings& settings,
                       std::uint32_t threads)
    : settings_(settings), store_(orThrow(PatternStore::create(optionsOf(dimension, settings)))) {
  orThrow(store_.setBuildThreads(threads));
}

SideInfo DamaskSide::info() const {
  return {"damask",
          "damask",
          "M=" + std::to_string(settings_.m) +
              ", efConstruction=" + std::to_string(settings_.efConstruction),
          settings_.m,
          "ef",
          std::string(store_.stats().instructionSet),
          {}};
}

void DamaskSide::build(const testing::Vectors& base) {
  Pattern pattern;
  for (std::size_t row = 0; row < base.count(); ++row) {
    pattern.id = std::to_string(row);
    orThrow(store_.upsert(pattern, base[row]));
  }
}

std::size_t DamaskSide::search(std::span<const float> query, const Knob& knob,
                               std::span<std::int32_t> rows) {
  hits_.resize(rows.size());
  const std::size_t count = orThrow(store_.searchSlots(query, searchOf(knob, rows.size()), hits_));
  for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::int32_t>(hits_[i].slot);
  return count;
}

std::optional<std::uint64_t> DamaskSide::countDistances(std::span<const float> query,
                                                        const Knob& knob, std::size_t k) {
  hits_.resize(k);
  SearchReport report;
  orThrow(store_.searchSlots(query, searchOf(knob, k), hits_, &report));
  return report.distanceComputations;
}

std::optional<std::uint64_t> DamaskSide::reportedBytes() const {
  const StoreStats stats = store_.stats();
  return stats.graphBytes + stats.codeBytes + stats.recordBytes;
}

}  // namespace damask::bench
