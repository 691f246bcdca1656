#include <stdexcept>
#include <vector>

#include "damask/damask.hpp"
#include "side.hpp"

namespace damask::bench {
namespace {

template <typename T>
T orThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class DamaskSide final : public Side {
 public:
  DamaskSide(std::uint32_t dimension, const GraphSettings& settings)
      : store_(orThrow(PatternStore::create(optionsOf(dimension, settings)))) {}

  std::string name() const override { return "damask"; }
  std::string instructionSet() const override { return std::string(store_.stats().instructionSet); }

  void build(const testing::Vectors& base) override {
    Pattern pattern;
    for (std::size_t row = 0; row < base.count(); ++row) {
      pattern.id = std::to_string(row);
      orThrow(store_.upsert(pattern, base[row]));
    }
  }

  // Rows were inserted in order, so a slot is a row.
  std::size_t search(std::span<const float> query, std::uint32_t ef,
                     std::span<std::int32_t> rows) override {
    hits_.resize(rows.size());
    SearchOptions options;
    options.k = rows.size();
    options.ef = ef;
    const std::size_t count = orThrow(store_.searchSlots(query, options, hits_));
    for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::int32_t>(hits_[i].slot);
    return count;
  }

  std::optional<std::uint64_t> reportedBytes() const override {
    const StoreStats stats = store_.stats();
    return stats.graphBytes + stats.codeBytes + stats.recordBytes;
  }

 private:
  static StoreOptions optionsOf(std::uint32_t dimension, const GraphSettings& settings) {
    StoreOptions options;
    options.dimension = dimension;
    options.hnsw.m = settings.m;
    options.hnsw.efConstruction = settings.efConstruction;
    return options;
  }

  PatternStore store_;
  std::vector<SlotHit> hits_;
};

}  // namespace

std::unique_ptr<Side> makeDamask(std::uint32_t dimension, const GraphSettings& settings) {
  return std::make_unique<DamaskSide>(dimension, settings);
}

}  // namespace damask::bench
