// The core builds its graph with hnswlib as well, compiled for any machine. A namespace of its own
// keeps the linker from using that copy of the inline functions here, or this one there.
#define hnswlib hnswlib_native
#include <hnswlib/hnswlib.h>

#include "engine.hpp"

namespace damask::bench {
namespace {

class HnswlibEngine final : public Engine {
 public:
  explicit HnswlibEngine(const EngineSettings& s)
      : dimension_(s.dimension),
        space_(s.dimension),
        index_(&space_, s.count, s.m, s.efConstruction, s.seed) {}

  std::string name() const override { return "hnswlib"; }

  std::string instructions() const override {
#if defined(USE_AVX512)
    if (dimension_ % 16 == 0 && AVX512Capable()) return "avx512";
#endif
#if defined(USE_AVX)
    if (dimension_ % 16 == 0 && AVXCapable()) return "avx";
#endif
#if defined(USE_SSE)
    return "sse";
#else
    return "scalar";
#endif
  }

  void add(std::span<const float> vector) override {
    index_.addPoint(vector.data(), count_++);
  }

  void search(std::span<const float> query, std::size_t k, std::uint32_t ef) override {
    index_.setEf(ef);
    found_ = index_.searchKnn(query.data(), k);
  }

  std::vector<std::uint32_t> lastRows() override {
    std::vector<std::uint32_t> rows;
    for (; !found_.empty(); found_.pop()) {
      rows.push_back(static_cast<std::uint32_t>(found_.top().second));
    }
    return rows;
  }

  std::uint64_t reportedBytes() const override {
    return 0;
  }

 private:
  std::size_t dimension_;
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> index_;
  std::size_t count_ = 0;
  std::priority_queue<std::pair<float, hnswlib::labeltype>> found_;
};

}  // namespace

std::unique_ptr<Engine> makeHnswlibEngine(const EngineSettings& settings) {
  return std::make_unique<HnswlibEngine>(settings);
}

}  // namespace damask::bench
