#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <hnswlib/hnswlib.h>
#pragma GCC diagnostic pop

#include "fast_dot.hpp"
#include "life_side.hpp"

namespace damask::bench {
namespace {

float distance(const void* a, const void* b, const void* dimension) {
  return 1.0f - fastDot(static_cast<const float*>(a), static_cast<const float*>(b),
                        *static_cast<const std::size_t*>(dimension));
}

class Space final : public hnswlib::SpaceInterface<float> {
 public:
  explicit Space(std::size_t dimension) : dimension_(dimension) {}
  std::size_t get_data_size() override { return dimension_ * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }
  void* get_dist_func_param() override { return &dimension_; }

 private:
  std::size_t dimension_;
};

class HnswlibLife final : public LifeSide {
 public:
  HnswlibLife(std::uint32_t dimension, std::size_t capacity, const GraphSettings& graph)
      : space_(dimension), index_(&space_, capacity, graph.m, graph.efConstruction) {}
  std::string name() const override { return "hnswlib-fast"; }
  void put(std::uint32_t id, std::span<const float> v) override { index_.addPoint(v.data(), id); }
  void remove(std::uint32_t id) override { index_.markDelete(id); }
  std::size_t search(std::span<const float> query, std::uint32_t ef,
                     std::span<std::int32_t> ids) override {
    index_.setEf(ef);
    auto found = index_.searchKnn(query.data(), ids.size());
    const std::size_t count = found.size();
    for (std::size_t i = count; i-- > 0; found.pop()) {
      ids[i] = static_cast<std::int32_t>(found.top().second);
    }
    return count;
  }

 private:
  Space space_;
  hnswlib::HierarchicalNSW<float> index_;
};

}  // namespace

std::unique_ptr<LifeSide> makeHnswlibLife(std::uint32_t dimension, std::size_t capacity,
                                          const GraphSettings& graph) {
  return std::make_unique<HnswlibLife>(dimension, capacity, graph);
}

}  // namespace damask::bench
