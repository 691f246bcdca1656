#include <sys/mman.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <hnswlib/hnswlib.h>
#pragma GCC diagnostic pop

#include "fast_dot.hpp"
#include "rivals.hpp"

namespace damask::bench {
namespace {

float fastDistance(const void* a, const void* b, const void* dimension) {
  return 1.0f - fastDot(static_cast<const float*>(a), static_cast<const float*>(b),
                        *static_cast<const std::size_t*>(dimension));
}

class FastSpace final : public hnswlib::SpaceInterface<float> {
 public:
  explicit FastSpace(std::size_t dimension) : dimension_(dimension) {}
  std::size_t get_data_size() override { return dimension_ * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return fastDistance; }
  void* get_dist_func_param() override { return &dimension_; }

 private:
  std::size_t dimension_;
};

// hnswlib counts only when it is compiled to, which would slow it: a search that is not timed calls
// this instead of the real function.
hnswlib::DISTFUNC<float> countedFunction = nullptr;
std::uint64_t countedCalls = 0;
float countingDistance(const void* a, const void* b, const void* parameter) {
  ++countedCalls;
  return countedFunction(a, b, parameter);
}

class HnswlibSide final : public Side {
 public:
  HnswlibSide(std::uint32_t dimension, std::size_t count, const GraphSettings& settings, bool fast)
      : settings_(settings), count_(count), fast_(fast) {
    if (fast) {
      space_ = std::make_unique<FastSpace>(dimension);
    } else {
      space_ = std::make_unique<hnswlib::InnerProductSpace>(dimension);
    }
  }

  SideInfo info() const override {
    SideInfo info{"hnswlib", fast_ ? "hnswlib-fast" : "hnswlib", {}, settings_.m, "ef", {}, {}};
    info.settings = "M=" + std::to_string(settings_.m) +
                    ", efConstruction=" + std::to_string(settings_.efConstruction);
    if (fast_) {
      info.instructionSet = kFastDotName;
      info.note = "an inner product of ours in its SpaceInterface, level 0 on huge pages";
      return info;
    }
#if defined(USE_AVX512)
    info.instructionSet = "its own, avx512";
#elif defined(USE_AVX)
    info.instructionSet = "its own, avx";
#elif defined(USE_SSE)
    info.instructionSet = "its own, sse";
#else
    info.instructionSet = "its own, none";
#endif
    return info;
  }

  void build(const testing::Vectors& base) override {
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), count_, settings_.m,
                                                               settings_.efConstruction);
    preferHugePages();
    for (std::size_t row = 0; row < base.count(); ++row) index_->addPoint(base[row].data(), row);
  }

  std::size_t search(std::span<const float> query, const Knob& knob,
                     std::span<std::int32_t> rows) override {
    index_->setEf(knob.value);
    auto found = index_->searchKnn(query.data(), rows.size());
    const std::size_t count = found.size();
    for (std::size_t i = count; i-- > 0; found.pop()) {
      rows[i] = static_cast<std::int32_t>(found.top().second);
    }
    return count;
  }

  std::optional<std::uint64_t> countDistances(std::span<const float> query, const Knob& knob,
                                              std::size_t k) override {
    countedFunction = index_->fstdistfunc_;
    countedCalls = 0;
    index_->fstdistfunc_ = countingDistance;
    std::vector<std::int32_t> rows(k);
    search(query, knob, rows);
    index_->fstdistfunc_ = countedFunction;
    return countedCalls;
  }

  void save(const std::string& path) const override {
    index_->saveIndex(path);
  }

  void load(const std::string& path) override {
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), path);
    preferHugePages();
  }

 private:
  // Before its pages are touched when it is built; what was loaded is moved to huge pages now.
  void preferHugePages() {
    if (!fast_) return;
    constexpr std::uintptr_t kHugePage = std::uintptr_t{1} << 21;
    const auto begin = reinterpret_cast<std::uintptr_t>(index_->data_level0_memory_);
    const std::uintptr_t first = (begin + kHugePage - 1) & ~(kHugePage - 1);
    const std::uintptr_t last =
        (begin + index_->max_elements_ * index_->size_data_per_element_) & ~(kHugePage - 1);
    if (first >= last) return;
    ::madvise(index_->data_level0_memory_ + (first - begin), last - first, MADV_HUGEPAGE);
    if (index_->cur_element_count > 0) {
      constexpr int kCollapse = 25;  // MADV_COLLAPSE, which Debian 12's headers do not name yet
      ::madvise(index_->data_level0_memory_ + (first - begin), last - first, kCollapse);
    }
  }

  GraphSettings settings_;
  std::size_t count_;
  bool fast_;
  std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> index_;
};

}  // namespace

std::unique_ptr<Side> makeHnswlib(std::uint32_t dimension, std::size_t count,
                                  const GraphSettings& settings, bool fast) {
  return std::make_unique<HnswlibSide>(dimension, count, settings, fast);
}

}  // namespace damask::bench
