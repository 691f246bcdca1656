#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace damask::bench {

/// An index under measurement: built once, then asked. Rows are numbered in order of adding.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string name() const = 0;
  /// The instructions that its distances use.
  virtual std::string instructions() const = 0;
  virtual void add(std::span<const float> vector) = 0;
  /// What is timed: the k best of a walk with ef candidates, left in the engine.
  virtual void search(std::span<const float> query, std::size_t k, std::uint32_t ef) = 0;
  /// The rows that the last search found; not timed.
  virtual std::vector<std::uint32_t> lastRows() = 0;
  /// Bytes that the engine itself says it holds; 0 when it does not say.
  virtual std::uint64_t reportedBytes() const = 0;
};

struct EngineSettings {
  std::size_t dimension = 0;
  std::size_t count = 0;
  std::uint32_t m = 0;
  std::uint32_t efConstruction = 0;
  std::uint64_t seed = 0;
};

/// hnswlib's HierarchicalNSW<float> over inner products; vectors and queries are normalised here,
/// queries outside the timed part (see Dataset).
std::unique_ptr<Engine> makeHnswlibEngine(const EngineSettings& settings);

/// damask::PatternStore with cosine and fixed16, asked through searchSlots().
std::unique_ptr<Engine> makeDamaskEngine(const EngineSettings& settings);

}  // namespace damask::bench
