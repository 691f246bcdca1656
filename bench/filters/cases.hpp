#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "damask/damask.hpp"
#include "dataset.hpp"
#include "host.hpp"
#include "support/generator.hpp"

namespace damask::bench {

/// How many queries are taken as anchors: clusters that queries may come from or be far from.
inline constexpr std::size_t kAnchors = 4;

/// Of each row: its ranks, in [0, 1), among all rows by similarity to each anchor, nearest first,
/// and by chance; and which queries are the nearest to each anchor, in turn over the anchors.
struct Ranks {
  struct Row {
    double random = 0;
    double along[kAnchors] = {};
  };
  std::vector<Row> rows;
  std::vector<std::size_t> queries;
};

struct FilterSettings {
  std::size_t k = 10, passes = 5;
  std::uint32_t ef = 64;
  std::uint64_t seed = 1;
  std::vector<double> percents{100, 50, 10, 1, 0.1};
};

Ranks ranksOf(const testing::Vectors& base, const testing::Vectors& queries, std::uint64_t seed);

/// A store of the rows, with default options, whose patterns have their ranks as metadata.
PatternStore buildStore(const testing::Vectors& base, const Ranks& ranks);

/// Filters at random, of what is nearest to the query's anchor, and of what is farthest from it.
void measureCases(const Dataset& data, const Ranks& ranks, const PatternStore& store,
                  const FilterSettings& settings, const std::function<void(const Json&)>& sink);

}  // namespace damask::bench
