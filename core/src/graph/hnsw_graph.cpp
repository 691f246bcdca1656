#include "graph/hnsw_graph.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/huge_pages.hpp"
#include "graph/order.hpp"

// hnswlib's headers define functions that are not inline. Under names of our own they clash with
// nobody who uses hnswlib beside damask, and no copy compiled with other flags replaces them.
#define hnswlib damask_hnswlib
#define cpuid damask_hnswlib_cpuid
#define xgetbv damask_hnswlib_xgetbv
#define AVXCapable damask_hnswlib_AVXCapable
#define AVX512Capable damask_hnswlib_AVX512Capable
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <hnswlib/hnswlib.h>
#pragma GCC diagnostic pop
#undef hnswlib
#undef cpuid
#undef xgetbv
#undef AVXCapable
#undef AVX512Capable

namespace damask {
namespace {

// hnswlib compares distances only. A distance that carries the two slots' xor in its low half is a
// total order among the candidates of one node, and symmetric, as hnswlib mixes the two sides.
using Distance = std::int64_t;

struct DistanceParameters {
  const kernels::KernelTable* kernels;
  std::size_t dimension;
  float weight;

  // The code is padded to whole words, so that every link and factor is aligned.
  std::size_t tailOffset() const noexcept { return (dimension + 3) / 4 * 4; }
  std::size_t dataBytes() const noexcept { return tailOffset() + sizeof(NodeTail); }
};

NodeTail tailOf(const void* data, const DistanceParameters& p) noexcept {
  NodeTail tail;
  std::memcpy(&tail, static_cast<const char*>(data) + p.tailOffset(), sizeof tail);
  return tail;
}

Distance distanceOf(const void* a, const void* b, const void* parameters) {
  const auto& p = *static_cast<const DistanceParameters*>(parameters);
  const NodeTail ta = tailOf(a, p);
  const NodeTail tb = tailOf(b, p);
  const std::int32_t dot = p.kernels->dot8(static_cast<const std::int8_t*>(a),
                                           static_cast<const std::int8_t*>(b), p.dimension);
  const std::int64_t order = orderedBits(estimate(dot, ta.factor, tb.factor, p.weight));
  return order * (std::int64_t{1} << 32) + static_cast<std::int64_t>(ta.slot ^ tb.slot);
}

class CodeSpace final : public damask_hnswlib::SpaceInterface<Distance> {
 public:
  explicit CodeSpace(DistanceParameters parameters) : parameters_(parameters) {}
  std::size_t get_data_size() override { return parameters_.dataBytes(); }
  damask_hnswlib::DISTFUNC<Distance> get_dist_func() override { return distanceOf; }
  void* get_dist_func_param() override { return &parameters_; }
  const DistanceParameters& parameters() const noexcept { return parameters_; }

 private:
  DistanceParameters parameters_;
};

std::uint64_t mix(std::uint64_t x) noexcept {  // splitmix64's finaliser (Steele et al., 2014)
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <typename T>
T* allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<T*>(memory);
}

}  // namespace

std::int32_t levelOf(std::uint64_t seed, Slot slot, std::uint32_t m) noexcept {
  const std::uint64_t hash = mix(mix(seed + 0x9e3779b97f4a7c15u) + slot);
  std::int32_t level = 0;
  for (std::uint64_t bound = UINT64_MAX / m; hash < bound && level < kMaxLevel; bound /= m) ++level;
  return level;
}

struct HnswGraph::Builder {
  CodeSpace space;
  damask_hnswlib::HierarchicalNSW<Distance> hnsw;
  std::uint64_t seed;
  std::vector<char> staged;  // one node's data, as hnswlib wants it

  Builder(const Codec& codec, const HnswOptions& options, std::uint64_t levelSeed)
      : space({&codec.kernels(), codec.dimension(), codec.weight()}),
        hnsw(&space, 1, options.m, options.efConstruction),
        seed(levelSeed),
        staged(space.parameters().dataBytes()) {
    hnsw.mult_ = 0;  // hnswlib draws no level of its own
    hnsw.linkLists_[0] = nullptr;
  }

  void stage(const std::int8_t* hi, HotFactor factor) noexcept {
    const NodeTail tail{factor, static_cast<Slot>(hnsw.cur_element_count)};
    std::memcpy(staged.data(), hi, space.parameters().dimension);
    std::memcpy(staged.data() + space.parameters().tailOffset(), &tail, sizeof tail);
  }

  // hnswlib counts a node before it writes to it, and may fail in between.
  void placeStaged() noexcept {
    const std::size_t slot = hnsw.cur_element_count;
    char* node = hnsw.data_level0_memory_ + slot * hnsw.size_data_per_element_;
    std::memset(node, 0, hnsw.size_data_per_element_);
    std::memcpy(node + hnsw.offsetData_, staged.data(), staged.size());
    hnsw.linkLists_[slot] = nullptr;
    hnsw.element_levels_[slot] = 0;
  }

  // A node that was not linked everywhere stays, and the graph is whole with it: no level is above
  // the top one, which is raised last, and the first node is the entry.
  void settleUnlinked(Slot slot) noexcept {
    if (hnsw.maxlevel_ < 0) {
      hnsw.enterpoint_node_ = slot;
      hnsw.maxlevel_ = 0;
    }
    int& level = hnsw.element_levels_[slot];
    level = hnsw.linkLists_[slot] == nullptr ? 0 : std::min(level, hnsw.maxlevel_);
    if (level == 0) std::free(std::exchange(hnsw.linkLists_[slot], nullptr));
  }

  // hnswlib wants a lock per node while inserting; a graph that is only read goes without.
  void provideLocks() {
    if (hnsw.link_list_locks_.size() < hnsw.max_elements_) {
      std::vector<std::mutex> locks(hnsw.max_elements_);
      hnsw.link_list_locks_.swap(locks);
    }
  }

  void grow(std::size_t capacity) {
    auto visited = std::make_unique<damask_hnswlib::VisitedListPool>(1, static_cast<int>(capacity));
    hnsw.element_levels_.resize(capacity);
    void* level0 = std::realloc(hnsw.data_level0_memory_, capacity * hnsw.size_data_per_element_);
    if (level0 == nullptr) throw std::bad_alloc();
    hnsw.data_level0_memory_ = static_cast<char*>(level0);
    preferHugePages(level0, capacity * hnsw.size_data_per_element_);
    void* upper = std::realloc(hnsw.linkLists_, capacity * sizeof(char*));
    if (upper == nullptr) throw std::bad_alloc();
    hnsw.linkLists_ = static_cast<char**>(upper);
    std::fill(hnsw.linkLists_ + hnsw.cur_element_count, hnsw.linkLists_ + capacity, nullptr);
    delete hnsw.visited_list_pool_;
    hnsw.visited_list_pool_ = visited.release();
    hnsw.max_elements_ = capacity;
  }
};

HnswGraph::HnswGraph(const Codec& codec, const HnswOptions& options, std::uint64_t seed)
    : builder_(std::make_unique<Builder>(codec, options, seed)) {}
HnswGraph::~HnswGraph() = default;
HnswGraph::HnswGraph(HnswGraph&&) noexcept = default;
HnswGraph& HnswGraph::operator=(HnswGraph&&) noexcept = default;

GraphView HnswGraph::view() const noexcept {
  const auto& h = builder_->hnsw;
  return GraphView{h.data_level0_memory_,
                   h.size_data_per_element_,
                   h.offsetData_,
                   h.offsetData_ + builder_->space.parameters().tailOffset(),
                   h.linkLists_,
                   h.size_links_per_element_,
                   static_cast<Slot>(h.cur_element_count),
                   h.enterpoint_node_,
                   h.maxlevel_};
}

Slot HnswGraph::slots() const noexcept {
  return static_cast<Slot>(builder_->hnsw.cur_element_count);
}

std::int32_t HnswGraph::level(Slot slot) const noexcept {
  return builder_->hnsw.element_levels_[slot];
}

std::uint64_t HnswGraph::bytes() const noexcept {
  const auto& h = builder_->hnsw;
  std::uint64_t total = h.max_elements_ * (h.size_data_per_element_ + sizeof(char*) + sizeof(int) +
                                           sizeof(damask_hnswlib::vl_type));
  total += (h.link_list_locks_.size() + h.link_list_update_locks_.size()) * sizeof(std::mutex);
  for (std::size_t i = 0; i < h.cur_element_count; ++i) {
    total += static_cast<std::uint64_t>(h.element_levels_[i]) * h.size_links_per_element_;
  }
  return total;
}

void HnswGraph::reserve(std::size_t slots) {
  if (slots > builder_->hnsw.max_elements_) builder_->grow(slots);
}

Result<Slot> HnswGraph::insert(const std::int8_t* hi, HotFactor factor) {
  auto& h = builder_->hnsw;
  const Slot slot = slots();
  const std::int32_t level = levelOf(builder_->seed, slot, static_cast<std::uint32_t>(h.M_));
  const auto settle = [&]() noexcept {
    h.label_lookup_.clear();
    if (slots() > slot) builder_->settleUnlinked(slot);
  };
  try {
    builder_->provideLocks();
    builder_->stage(hi, factor);
    builder_->placeStaged();
    h.addPoint(builder_->staged.data(), slot, level);
    h.label_lookup_.clear();  // slots are never looked up by hnswlib's label
    return slot;
  } catch (const std::bad_alloc&) {
    settle();
    return fail(ErrorCode::outOfMemory, "no memory to link a new vector into the graph");
  } catch (const std::exception& e) {
    settle();
    // hnswlib reports the failed allocation of an upper list as a runtime_error.
    const bool memory = std::string_view(e.what()).starts_with("Not enough memory");
    return fail(memory ? ErrorCode::outOfMemory : ErrorCode::internal,
                std::string("linking a new vector failed: ") + e.what());
  }
}

void HnswGraph::restoreNode(const std::int8_t* hi, HotFactor factor,
                            std::span<const std::uint32_t> links0, std::int32_t level,
                            std::span<const std::uint32_t> upper) {
  auto& h = builder_->hnsw;
  const std::size_t slot = h.cur_element_count;
  builder_->stage(hi, factor);
  char* lists = nullptr;
  if (level > 0) {
    lists = allocate<char>(upper.size_bytes());
    std::memcpy(lists, upper.data(), upper.size_bytes());
  }
  h.linkLists_[slot] = lists;
  h.element_levels_[slot] = level;
  char* node = h.data_level0_memory_ + slot * h.size_data_per_element_;
  std::memcpy(node, links0.data(), links0.size_bytes());
  std::memcpy(node + h.offsetData_, builder_->staged.data(), builder_->staged.size());
  h.setExternalLabel(static_cast<Slot>(slot), slot);
  h.cur_element_count = slot + 1;
}

void HnswGraph::restoreEntry(Slot entry, std::int32_t maxLevel) noexcept {
  builder_->hnsw.enterpoint_node_ = entry;
  builder_->hnsw.maxlevel_ = maxLevel;
}

}  // namespace damask
