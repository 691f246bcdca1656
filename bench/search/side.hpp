#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/generator.hpp"

namespace damask::bench {

struct GraphSettings {
  std::uint32_t m = 32;
  std::uint32_t efConstruction = 200;
};

/// What a search may spend: more gives a better recall.
struct Knob {
  std::uint32_t value = 0;   ///< ef of a graph, nprobe of an inverted file.
  std::uint32_t rerank = 0;  ///< How many are scored exactly, where that can be chosen.
};

/// What is to be known of a side besides its figures.
struct SideInfo {
  std::string library;   ///< "damask", "hnswlib", "faiss".
  std::string name;      ///< Of the side, as --sides takes it.
  std::string settings;  ///< "M=16, efConstruction=200"
  std::uint32_t m = 0;   ///< 0: no graph of its own.
  std::string knob;      ///< What Knob::value is: "ef" or "nprobe".
  std::string instructionSet;
  std::string note;  ///< What a reader must know to judge the figures; may be empty.
};

/// One library under measurement, with one setting: all do the same work behind the same call.
class Side {
 public:
  virtual ~Side() = default;
  virtual SideInfo info() const = 0;
  /// Inserts every row, one thread.
  virtual void build(const testing::Vectors& base) = 0;
  virtual std::vector<Knob> knobs(const std::vector<std::uint32_t>& efs) const;
  /// The k most similar rows, best first; returns how many were written.
  virtual std::size_t search(std::span<const float> query, const Knob& knob,
                             std::span<std::int32_t> rows) = 0;
  /// Vectors that such a search is compared with; none where that is not known. Not for timing.
  virtual std::optional<std::uint64_t> countDistances(std::span<const float> query,
                                                      const Knob& knob, std::size_t k) = 0;
  /// What the library itself says it holds allocated; none when it does not say.
  virtual std::optional<std::uint64_t> reportedBytes() const { return {}; }
  /// Keeps what was built in a file, and takes it back; damask is built anew every time.
  virtual bool isCacheable() const { return true; }
  virtual void save(const std::string& path) const = 0;
  virtual void load(const std::string& path) = 0;
};

}  // namespace damask::bench
