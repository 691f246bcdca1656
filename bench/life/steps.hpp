#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host.hpp"
#include "life_side.hpp"
#include "support/generator.hpp"

namespace damask::bench {

struct LifeSettings {
  testing::Vectors base, queries;
  testing::Vectors more;  ///< Of the same kind: replacements, and what is inserted meanwhile.
  GraphSettings graph;
  std::size_t k = 10, passes = 3;
  std::uint32_t ef = 64;
  std::uint64_t seed = 1;
  bool rival = true;
};

/// Takes a row of the report: `what`, `case`, `side`, and figures.
using RowSink = std::function<void(Json row)>;

/// Filters that let through 1%, 10% and 50%, at random and along a direction of the vectors.
void measureFilters(const LifeSettings& settings, const RowSink& sink);
/// 30% of the rows removed; then damask rebuilt without them.
void measureDeletes(const LifeSettings& settings, const RowSink& sink);
/// 30% of the rows replaced by other vectors.
void measureReplacements(const LifeSettings& settings, const RowSink& sink);
/// Inserts on one thread while another searches; a lock that serves both in turn keeps them apart.
void measureInserts(const LifeSettings& settings, const RowSink& sink);
/// Opening a snapshot from a cold file and from a warm one, on a thread that has not searched yet.
void measureFirstSearch(const LifeSettings& settings, const RowSink& sink);

}  // namespace damask::bench
