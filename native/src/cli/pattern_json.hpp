#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "damask/pattern.hpp"
#include "failure.hpp"

namespace damask::cli {

/// A pattern as JSON has it: the record, and its embedding when there is one.
struct PatternLine {
  Pattern pattern;
  std::optional<std::vector<float>> embedding;
};

/// Reads a pattern from the text of a JSON object. id, type, domain and content are required; null
/// stands for an optional field that is absent; an unknown key is an error. The metadata is kept to
/// the letter; that it is valid JSON is for the store to check. Times are whole milliseconds, not
/// ISO strings.
Outcome<PatternLine> parsePattern(std::string_view text);

/// The text that parsePattern() reads back to the same pattern and embedding, on one line.
std::string patternText(const Pattern& pattern, const std::optional<std::vector<float>>& embedding);

}  // namespace damask::cli
