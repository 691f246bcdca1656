#pragma once

#include <memory>
#include <vector>

#include "damask/damask.hpp"
#include "or_throw.hpp"
#include "side.hpp"

namespace damask::bench {

/// A store of rows, whose ids are their numbers; rows are inserted in order, so a slot is a row.
class DamaskSide final : public Side {
 public:
  DamaskSide(std::uint32_t dimension, const GraphSettings& settings, std::uint32_t threads = 1);

  SideInfo info() const override;
  void build(const testing::Vectors& base) override;
  std::size_t search(std::span<const float> query, const Knob& knob,
                     std::span<std::int32_t> rows) override;
  std::optional<std::uint64_t> countDistances(std::span<const float> query, const Knob& knob,
                                              std::size_t k) override;
  std::optional<std::uint64_t> reportedBytes() const override;
  bool isCacheable() const override { return false; }
  void save(const std::string&) const override {}
  void load(const std::string&) override {}

  const PatternStore& store() const { return store_; }

 private:
  GraphSettings settings_;
  PatternStore store_;
  std::vector<SlotHit> hits_;
};

}  // namespace damask::bench
