#include "hnswlib_graph.hpp"

#include <hnswlib/hnswlib.h>

#include <cstring>

#include "graph/order.hpp"

namespace damask::testing {
namespace {

// hnswlib compares distances only. One that carries the two slots' exclusive-or in its low half is
// a total order among the candidates of one node, and symmetric, as hnswlib mixes the two sides.
using Distance = std::int64_t;

struct Stored {
  const ReferenceNode* node;
  Slot slot;
};

Stored storedAt(const void* data) {
  Stored stored;
  std::memcpy(&stored, data, sizeof stored);
  return stored;
}

Distance distanceOf(const void* a, const void* b, const void* parameters) {
  const auto& codec = *static_cast<const Codec*>(parameters);
  const Stored x = storedAt(a), y = storedAt(b);
  const std::int32_t dot =
      codec.kernels().dot8(x.node->expanded.data(), y.node->expanded.data(), 2 * codec.half());
  const std::int64_t order =
      orderedBits(estimate(dot, x.node->factor, y.node->factor, codec.weight()));
  return order * (std::int64_t{1} << 32) + static_cast<std::int64_t>(x.slot ^ y.slot);
}

class Space final : public hnswlib::SpaceInterface<Distance> {
 public:
  explicit Space(const Codec& codec) : codec_(codec) {}
  std::size_t get_data_size() override { return sizeof(Stored); }
  hnswlib::DISTFUNC<Distance> get_dist_func() override { return distanceOf; }
  void* get_dist_func_param() override { return const_cast<Codec*>(&codec_); }

 private:
  const Codec& codec_;
};

}  // namespace

std::vector<std::uint32_t> hnswlibLinks(const std::vector<ReferenceNode>& nodes, const Codec& codec,
                                        const HnswOptions& options, std::uint64_t seed) {
  Space space(codec);
  hnswlib::HierarchicalNSW<Distance> hnsw(&space, nodes.size(), options.m, options.efConstruction);
  hnsw.mult_ = 0;  // hnswlib draws no level of its own
  for (Slot slot = 0; slot < nodes.size(); ++slot) {
    const Stored stored{&nodes[slot], slot};
    hnsw.addPoint(&stored, slot, levelOf(seed, slot, options.m));
  }
  std::vector<std::uint32_t> all;
  for (Slot slot = 0; slot < nodes.size(); ++slot) {
    for (int level = 0; level <= hnsw.element_levels_[slot]; ++level) {
      auto* list = hnsw.get_linklist_at_level(slot, level);
      const std::uint32_t count = hnsw.getListCount(list);
      all.push_back(count);
      all.insert(all.end(), list + 1, list + 1 + count);
    }
  }
  return all;
}

}  // namespace damask::testing
