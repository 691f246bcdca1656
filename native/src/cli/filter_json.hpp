#pragma once

#include <string_view>

#include "damask/filter.hpp"
#include "failure.hpp"

namespace damask::cli {

/// Reads a filter as JavaScript writes it, such as
///   {"and":[{"eq":["domain","api"]},{"gt":["coverage",0.5]}]}
/// An operator has the operand that it has there: a field and a value, a field and a list (in), a
/// field (exists), a list of filters (and, or), a filter (not). Whether the values fit the fields
/// validate() says.
Outcome<Filter> parseFilter(std::string_view text);

}  // namespace damask::cli
