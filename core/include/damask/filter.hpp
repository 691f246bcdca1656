#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "damask/error.hpp"

namespace damask {

/// What of a pattern a filter can look at. id, type, domain, framework are texts; verdict is one of
/// its names; the others are numbers.
enum class FilterField : std::uint8_t {
  id,
  type,
  domain,
  framework,
  verdict,
  coverage,
  flakinessScore,
  createdAt,
  lastUsed,
  usageCount
};

/// Comparisons of a field with a value, and what joins them. A comparison of a field that the
/// pattern does not have is false, `notEqual` too; its negation is therefore true. Texts are
/// ordered by their bytes, which in UTF-8 is by code point. Numbers are compared exactly: a whole
/// number is not rounded to a double first.
enum class FilterOperator : std::uint8_t {
  equal,           ///< "eq"
  notEqual,        ///< "ne"
  oneOf,           ///< "in": equal to one of the values.
  less,            ///< "lt"; this and the next three for texts and numbers.
  lessOrEqual,     ///< "le"
  greater,         ///< "gt"
  greaterOrEqual,  ///< "ge"
  prefix,          ///< "prefix": the text begins with the value.
  exists,   ///< "exists": the pattern has the field; it always has id, type, domain, usageCount.
  all,      ///< "and"
  any,      ///< "or"
  negation  ///< "not"
};

std::string_view filterFieldName(FilterField field) noexcept;       ///< "id", "type", ...
Result<FilterField> parseFilterField(std::string_view name);        ///< Its inverse.
std::string_view filterOperatorName(FilterOperator op) noexcept;    ///< As listed above.
Result<FilterOperator> parseFilterOperator(std::string_view name);  ///< Its inverse.

/// A text of at most 1024 bytes (for the verdict, its name), or a finite number.
using FilterValue = std::variant<std::string, double>;

/// One comparison, or what joins the terms before it.
struct FilterTerm {
  FilterOperator op = FilterOperator::exists;
  FilterField field = FilterField::id;  ///< Of comparisons; the others ignore it.
  std::vector<FilterValue> values;      ///< One; 1 to 256 for oneOf; none for exists and joins.
  std::uint32_t operands = 0;  ///< Of joins: how many; 1 for negation, at least 1 for the rest.
};

/// A condition on the fields of a pattern, as terms in postfix order: the operands of a join come
/// before it. 1 to 256 terms, nested at most 16 deep; validate() says what is wrong with one.
struct Filter {
  std::vector<FilterTerm> terms;

  /// Any comparison with one value.
  static Filter compare(FilterField field, FilterOperator op, FilterValue value);
  static Filter oneOf(FilterField field, std::vector<FilterValue> values);
  static Filter exists(FilterField field);
  static Filter all(const std::vector<Filter>& operands);
  static Filter any(const std::vector<Filter>& operands);
  static Filter negation(Filter operand);
};

/// Errors: invalidArgument, naming the term.
Result<void> validate(const Filter& filter);

namespace limits {
inline constexpr std::size_t kMaxFilterTerms = 256;
inline constexpr std::size_t kMaxFilterDepth = 16;
inline constexpr std::size_t kMaxFilterValues = 256;
}  // namespace limits

}  // namespace damask
