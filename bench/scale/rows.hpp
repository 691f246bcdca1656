#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "host.hpp"
#include "search/run.hpp"

namespace damask::bench {

/// One generated set.
struct Row {
  Generated kind = Generated::mixture;
  std::size_t vectors = 0;
  std::uint32_t dimension = 0;

  std::string name() const;  ///< "mixture-100000x384"
};

struct ScaleSettings {
  Plan plan;
  GraphSettings graph;
  std::vector<std::string> sides;
  std::size_t rivalLimit = 0;  ///< Larger sets are searched by damask alone.
  std::size_t queries = 0;
  std::uint64_t seed = 0;
};

/// Generates the set, builds every side, asks it, and gives what was found.
Json measureRow(const Row& row, const ScaleSettings& settings);

/// measureRow() in a process of its own, so that its memory is given back, and a crash, for which
/// memory that has run out is enough, is the row's `error`.
Json measureRowApart(const Row& row, const ScaleSettings& settings);

/// How many times the p50 at a recall grows from one size to the next, for each side.
Json growthOf(const Json& rows);

}  // namespace damask::bench
