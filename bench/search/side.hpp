#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "support/generator.hpp"

namespace damask::bench {

struct GraphSettings {
  std::uint32_t m = 32;
  std::uint32_t efConstruction = 200;
};

/// One library under measurement: both sides do the same work behind the same call.
class Side {
 public:
  virtual ~Side() = default;
  virtual std::string name() const = 0;
  virtual std::string instructionSet() const = 0;
  /// Inserts every row, one thread.
  virtual void build(const testing::Vectors& base) = 0;
  /// The k most similar rows, best first; returns how many were written.
  virtual std::size_t search(std::span<const float> query, std::uint32_t ef,
                             std::span<std::int32_t> rows) = 0;
  /// What the library itself says it holds allocated; none when it does not say.
  virtual std::optional<std::uint64_t> reportedBytes() const = 0;
};

std::unique_ptr<Side> makeHnswlib(std::uint32_t dimension, std::size_t count,
                                  const GraphSettings& settings);
std::unique_ptr<Side> makeDamask(std::uint32_t dimension, const GraphSettings& settings);

}  // namespace damask::bench
