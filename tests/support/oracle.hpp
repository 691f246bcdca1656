#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "damask/pattern_store.hpp"

// What a store should answer, computed the plain way: in double, over all rows.
namespace damask::testing {

/// `v` as a store keeps it and as a search reads its query: through the 16-bit codes and back.
std::vector<float> throughCodes(Metric metric, std::span<const float> v);

/// The score that the interface promises for two vectors.
double scoreOf(Metric metric, std::span<const float> a, std::span<const float> b);

/// How far scoreOf() of two decoded vectors may lie from the score that the codes give: decoding
/// rounds each component to a float32, and the score is one.
double scoreTolerance(Metric metric, std::span<const float> a, std::span<const float> b);

/// A pattern that has an id and nothing else.
Pattern patternWithId(std::string id);

/// A store of rows under the ids "0", "1", ...; a failure ends the test.
PatternStore storeOf(const StoreOptions& options, std::span<const float> rows);

/// All hits of a search; a failure ends the test.
std::vector<SlotHit> slotsOf(const PatternStore& store, std::span<const float> query,
                             const SearchOptions& options, SearchReport* report = nullptr);

/// The share of the true hits that searches found.
class Recall {
 public:
  /// A hit is true when it scores no less than the last of the truth: ties count.
  void add(const std::vector<SlotHit>& found, const std::vector<SlotHit>& truth);
  double value() const noexcept;

 private:
  std::size_t hits_ = 0;
  std::size_t total_ = 0;
};

}  // namespace damask::testing
