#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <hnswlib/hnswlib.h>
#pragma GCC diagnostic pop

#include "side.hpp"

namespace damask::bench {
namespace {

class HnswlibSide final : public Side {
 public:
  HnswlibSide(std::uint32_t dimension, std::size_t count, const GraphSettings& settings)
      : space_(dimension), index_(&space_, count, settings.m, settings.efConstruction) {}

  std::string name() const override { return "hnswlib"; }

  std::string instructionSet() const override {
#if defined(USE_AVX512)
    return "avx512";
#elif defined(USE_AVX)
    return "avx";
#elif defined(USE_SSE)
    return "sse";
#else
    return "none";
#endif
  }

  void build(const testing::Vectors& base) override {
    for (std::size_t row = 0; row < base.count(); ++row) index_.addPoint(base[row].data(), row);
  }

  std::size_t search(std::span<const float> query, std::uint32_t ef,
                     std::span<std::int32_t> rows) override {
    index_.setEf(ef);
    auto found = index_.searchKnn(query.data(), rows.size());
    const std::size_t count = found.size();
    for (std::size_t i = count; i-- > 0; found.pop()) {
      rows[i] = static_cast<std::int32_t>(found.top().second);
    }
    return count;
  }

  std::optional<std::uint64_t> reportedBytes() const override {
    return {};
  }

 private:
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> index_;
};

}  // namespace

std::unique_ptr<Side> makeHnswlib(std::uint32_t dimension, std::size_t count,
                                  const GraphSettings& settings) {
  return std::make_unique<HnswlibSide>(dimension, count, settings);
}

}  // namespace damask::bench
