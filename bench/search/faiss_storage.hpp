#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <faiss/IndexFlat.h>
#include <faiss/IndexScalarQuantizer.h>
#pragma GCC diagnostic pop

#include <cstdint>
#include <utility>
#include <vector>

#include "fast_dot.hpp"

// What Debian's faiss stores its vectors in, with an inner product of our own
// (support/fast_dot.hpp) in place of its own, which is compiled for any x86-64 and so for SSE2
// alone.

namespace damask::bench {
namespace {

class FlatComputer final : public faiss::FlatCodesDistanceComputer {
 public:
  explicit FlatComputer(const faiss::IndexFlat& index)
      : FlatCodesDistanceComputer(index.codes.data(), index.code_size),
        dimension_(static_cast<std::size_t>(index.d)) {}
  void set_query(const float* x) override { query_ = x; }
  float distance_to_code(const std::uint8_t* code) override {
    return fastDot(query_, reinterpret_cast<const float*>(code), dimension_);
  }
  float symmetric_dis(idx_t i, idx_t j) override {
    return fastDot(reinterpret_cast<const float*>(codes + static_cast<std::size_t>(i) * code_size),
                   reinterpret_cast<const float*>(codes + static_cast<std::size_t>(j) * code_size),
                   dimension_);
  }

 private:
  std::size_t dimension_;
  const float* query_ = nullptr;
};

struct FastFlat final : faiss::IndexFlat {
  explicit FastFlat(int dimension) : IndexFlat(dimension, faiss::METRIC_INNER_PRODUCT) {}
  explicit FastFlat(faiss::IndexFlat plain) : IndexFlat(std::move(plain)) {}
  faiss::FlatCodesDistanceComputer* get_FlatCodesDistanceComputer() const override {
    return new FlatComputer(*this);
  }
};

/// A code c of a component stands for least + (c + 0.5) / 255 * width.
class Sq8Computer final : public faiss::FlatCodesDistanceComputer {
 public:
  explicit Sq8Computer(const faiss::IndexScalarQuantizer& index)
      : FlatCodesDistanceComputer(index.codes.data(), index.code_size),
        dimension_(static_cast<std::size_t>(index.d)),
        least_(index.sq.trained.data()),
        width_(least_ + dimension_),
        weights_(dimension_),
        decoded_(dimension_) {}

  void set_query(const float* x) override {
    constant_ = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
      weights_[i] = x[i] * width_[i] / 255;
      constant_ += x[i] * least_[i] + 0.5f * weights_[i];
    }
    of_ = -1;
  }
  float distance_to_code(const std::uint8_t* code) override {
    return constant_ + fastDot(weights_.data(), code, dimension_);
  }
  // Pruning links compares one node with many: it is decoded once, and is the query for the others.
  float symmetric_dis(idx_t i, idx_t j) override {
    if (of_ != j) {
      const std::uint8_t* code = codes + static_cast<std::size_t>(j) * code_size;
      for (std::size_t d = 0; d < dimension_; ++d) {
        decoded_[d] = least_[d] + (static_cast<float>(code[d]) + 0.5f) / 255 * width_[d];
      }
      set_query(decoded_.data());
      of_ = j;
    }
    return distance_to_code(codes + static_cast<std::size_t>(i) * code_size);
  }

 private:
  std::size_t dimension_;
  const float* least_;
  const float* width_;
  std::vector<float> weights_, decoded_;
  float constant_ = 0;
  idx_t of_ = -1;
};

struct FastSq8 final : faiss::IndexScalarQuantizer {
  explicit FastSq8(int dimension)
      : IndexScalarQuantizer(dimension, faiss::ScalarQuantizer::QT_8bit,
                             faiss::METRIC_INNER_PRODUCT) {}
  explicit FastSq8(faiss::IndexScalarQuantizer plain) : IndexScalarQuantizer(std::move(plain)) {}
  faiss::FlatCodesDistanceComputer* get_FlatCodesDistanceComputer() const override {
    return new Sq8Computer(*this);
  }
};

}  // namespace
}  // namespace damask::bench
