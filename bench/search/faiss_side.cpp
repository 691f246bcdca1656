#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <faiss/utils/Heap.h>
#pragma GCC diagnostic pop
#include <omp.h>

#include "faiss_storage.hpp"
#include "rivals.hpp"

namespace damask::bench {
namespace {

constexpr int kM = 32, kEfConstruction = 200;
constexpr const char* kPackaged = "Debian's build: SSE2";
using Id = faiss::Index::idx_t;

void copyRows(const std::vector<Id>& ids, std::span<std::int32_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int32_t>(ids[i]);
}

/// Both kinds of graph, as packaged.
class HnswSide : public Side {
 public:
  HnswSide(std::uint32_t dimension, bool sq8) : sq8_(sq8) {
    const int d = static_cast<int>(dimension);
    if (sq8) {
      index_ = std::make_unique<faiss::IndexHNSWSQ>(d, faiss::ScalarQuantizer::QT_8bit, kM,
                                                    faiss::METRIC_INNER_PRODUCT);
    } else {
      index_ = std::make_unique<faiss::IndexHNSWFlat>(d, kM, faiss::METRIC_INNER_PRODUCT);
    }
    index_->hnsw.efConstruction = kEfConstruction;
  }

  SideInfo info() const override {
    return {"faiss",
            sq8_ ? "faiss-sq8" : "faiss-hnsw",
            std::string(sq8_ ? "HNSW SQ8" : "HNSW Flat") + ", M=32, efConstruction=200",
            kM,
            "ef",
            kPackaged,
            "IndexHNSW::search, one query at a time"};
  }
  void build(const testing::Vectors& base) override {
    const auto count = static_cast<Id>(base.count());
    index_->train(count, base.values.data());
    index_->add(count, base.values.data());
  }
  std::size_t search(std::span<const float> query, const Knob& knob,
                     std::span<std::int32_t> rows) override {
    reserve(rows.size());
    setEf(knob.value);
    index_->search(1, query.data(), static_cast<Id>(rows.size()), distances_.data(), ids_.data());
    copyRows(ids_, rows);
    return rows.size();
  }
  std::optional<std::uint64_t> countDistances(std::span<const float>, const Knob&,
                                              std::size_t) override {
    return {};
  }
  void save(const std::string& path) const override {
    faiss::write_index(index_.get(), path.c_str());
  }
  void load(const std::string& path) override {
    index_.reset(dynamic_cast<faiss::IndexHNSW*>(faiss::read_index(path.c_str())));
  }

 protected:
  void reserve(std::size_t k) {
    ids_.resize(k);
    distances_.resize(k);
  }

  // faiss 1.7.3 takes one of two limits from the index whatever its parameters say.
  void setEf(std::uint32_t ef) { index_->hnsw.efSearch = static_cast<int>(ef); }

  bool sq8_;
  std::unique_ptr<faiss::IndexHNSW> index_;
  std::vector<Id> ids_;
  std::vector<float> distances_;
};

/// faiss's graph looks for small distances.
template <typename Computer>
class Negated final : public faiss::DistanceComputer {
 public:
  template <typename Storage>
  explicit Negated(const Storage& storage) : computer_(storage) {}
  void set_query(const float* x) override { computer_.set_query(x); }
  float operator()(idx_t i) override {
    return -computer_.distance_to_code(computer_.codes +
                                       static_cast<std::size_t>(i) * computer_.code_size);
  }
  float symmetric_dis(idx_t i, idx_t j) override { return -computer_.symmetric_dis(i, j); }

 private:
  Computer computer_;
};

/// The same graphs, made and walked by faiss's code with our inner product; between queries the
/// table of visited nodes is kept, which IndexHNSW::search makes anew for each call.
template <typename Plain, typename Fast, typename Computer>
class FastHnswSide final : public HnswSide {
 public:
  FastHnswSide(std::uint32_t dimension, bool sq8) : HnswSide(dimension, sq8) {
    replaceStorage(std::make_unique<Fast>(static_cast<int>(dimension)));
  }

  SideInfo info() const override {
    SideInfo info = HnswSide::info();
    info.name += "-fast";
    info.instructionSet = kFastDotName;
    info.note = "our inner product in its storage, its table of visited nodes kept";
    return info;
  }
  void build(const testing::Vectors& base) override {
    HnswSide::build(base);
    prepare();
  }
  std::size_t search(std::span<const float> query, const Knob& knob,
                     std::span<std::int32_t> rows) override {
    walk(query, knob, rows.size());
    copyRows(ids_, rows);
    return rows.size();
  }
  std::optional<std::uint64_t> countDistances(std::span<const float> query, const Knob& knob,
                                              std::size_t k) override {
    return walk(query, knob, k).n3;
  }
  void load(const std::string& path) override {
    HnswSide::load(path);
    auto plain = std::move(dynamic_cast<Plain&>(*index_->storage));
    replaceStorage(std::make_unique<Fast>(std::move(plain)));
    prepare();
  }

 private:
  void replaceStorage(std::unique_ptr<Fast> storage) {
    delete index_->storage;
    index_->storage = storage.release();
    index_->is_trained = index_->storage->is_trained;
  }
  void prepare() {
    visited_ = std::make_unique<faiss::VisitedTable>(static_cast<int>(index_->ntotal));
    computer_ = std::make_unique<Negated<Computer>>(dynamic_cast<Fast&>(*index_->storage));
  }
  faiss::HNSWStats walk(std::span<const float> query, const Knob& knob, std::size_t k) {
    reserve(k);
    setEf(knob.value);
    faiss::maxheap_heapify(k, distances_.data(), ids_.data());
    computer_->set_query(query.data());
    const auto stats = index_->hnsw.search(*computer_, static_cast<int>(k), ids_.data(),
                                           distances_.data(), *visited_);
    faiss::maxheap_reorder(k, distances_.data(), ids_.data());
    visited_->advance();
    return stats;
  }

  std::unique_ptr<faiss::VisitedTable> visited_;
  std::unique_ptr<Negated<Computer>> computer_;
};

class IvfSide final : public Side {
 public:
  IvfSide(std::uint32_t dimension, std::uint32_t lists) : lists_(lists) {
    description_ =
        "IVF" + std::to_string(lists) + "_HNSW32,PQ" + std::to_string(dimension / 4) + "x4fs,RFlat";
    take(faiss::index_factory(static_cast<int>(dimension), description_.c_str(),
                              faiss::METRIC_INNER_PRODUCT));
  }

  SideInfo info() const override {
    return {"faiss",
            "faiss-ivf" + std::to_string(lists_),
            description_,
            0,
            "nprobe",
            kPackaged,
            "PQ fast scan without AVX2, for which Debian does not build it"};
  }
  void build(const testing::Vectors& base) override {
    const auto count = static_cast<Id>(base.count());
    index_->train(count, base.values.data());
    index_->add(count, base.values.data());
  }
  std::vector<Knob> knobs(const std::vector<std::uint32_t>&) const override {
    std::vector<Knob> knobs;
    for (const std::uint32_t probes : {4u, 8u, 16u, 32u, 64u, 128u}) {
      for (const std::uint32_t rerank : {50u, 100u, 200u}) knobs.push_back({probes, rerank});
    }
    return knobs;
  }
  std::size_t search(std::span<const float> query, const Knob& knob,
                     std::span<std::int32_t> rows) override {
    ids_.resize(rows.size());
    distances_.resize(rows.size());
    inverted_->nprobe = knob.value;
    index_->k_factor = static_cast<float>(knob.rerank) / static_cast<float>(rows.size());
    index_->search(1, query.data(), static_cast<Id>(rows.size()), distances_.data(), ids_.data());
    copyRows(ids_, rows);
    return rows.size();
  }
  std::optional<std::uint64_t> countDistances(std::span<const float>, const Knob&,
                                              std::size_t) override {
    return {};
  }
  void save(const std::string& path) const override {
    faiss::write_index(index_.get(), path.c_str());
  }
  void load(const std::string& path) override { take(faiss::read_index(path.c_str())); }

 private:
  void take(faiss::Index* index) {
    index_.reset(dynamic_cast<faiss::IndexRefine*>(index));
    inverted_ = dynamic_cast<faiss::IndexIVF*>(index_->base_index);
  }

  std::uint32_t lists_;
  std::string description_;
  std::unique_ptr<faiss::IndexRefine> index_;
  faiss::IndexIVF* inverted_ = nullptr;
  std::vector<Id> ids_;
  std::vector<float> distances_;
};

using FastFlatSide = FastHnswSide<faiss::IndexFlat, FastFlat, FlatComputer>;
using FastSq8Side = FastHnswSide<faiss::IndexScalarQuantizer, FastSq8, Sq8Computer>;

}  // namespace

std::vector<std::string> faissSides() {
  return {"faiss-hnsw",     "faiss-hnsw-fast", "faiss-sq8",
          "faiss-sq8-fast", "faiss-ivf1024",   "faiss-ivf4096"};
}

std::unique_ptr<Side> makeFaiss(const std::string& name, std::uint32_t dimension) {
  omp_set_num_threads(1);
  if (name == "faiss-hnsw") return std::make_unique<HnswSide>(dimension, false);
  if (name == "faiss-hnsw-fast") return std::make_unique<FastFlatSide>(dimension, false);
  if (name == "faiss-sq8") return std::make_unique<HnswSide>(dimension, true);
  if (name == "faiss-sq8-fast") return std::make_unique<FastSq8Side>(dimension, true);
  if (name == "faiss-ivf1024") return std::make_unique<IvfSide>(dimension, 1024);
  if (name == "faiss-ivf4096") return std::make_unique<IvfSide>(dimension, 4096);
  return nullptr;
}

}  // namespace damask::bench
