#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "damask/pattern_store.hpp"

namespace damask::cli {

/// One query's answer.
struct Answer {
  std::vector<SearchHit> hits;
  SearchReport report;
  double microseconds = 0;  ///< The median over the repeats.
};

/// All answers of one search command, and what was measured of all.
struct Answers {
  std::vector<Answer> queries;
  std::size_t k = 0;
  std::optional<double> recall;  ///< Against exact search, of all queries together.
};

/// {"queries":[{"hits":[...],"microseconds":...,"plan":...,"exact":...}],"instructionSet":...}
Json answersJson(const Answers& answers, const PatternStore& store);

/// A table per query, then one line of what was measured.
Outcome<std::string> answersText(const Answers& answers, const PatternStore& store);

}  // namespace damask::cli
