#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "damask/error.hpp"
#include "damask/metadata.hpp"

namespace damask {

/// What of a pattern a filter can look at. id, type, domain, framework are texts; verdict is one of
/// its names; the others are numbers, and a metadata field is what it is declared as.
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
  usageCount,
  metadata  ///< A declared metadata field, by its name.
};

/// Comparisons of a field with a value, and what joins them. A comparison of a field that the
/// pattern does not have is false, `notEqual` too; its negation is therefore true. Texts are
/// ordered by their bytes, which in UTF-8 is by code point. Numbers are compared exactly: a whole
/// number is not rounded to a double first. Of a list of strings, equal, oneOf and prefix hold when
/// one of them does, and notEqual when none is equal; booleans and lists have no order.
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

std::string_view filterFieldName(FilterField field) noexcept;       ///< "id", ..., "metadata"
Result<FilterField> parseFilterField(std::string_view name);        ///< Its inverse.
std::string_view filterOperatorName(FilterOperator op) noexcept;    ///< As listed above.
Result<FilterOperator> parseFilterOperator(std::string_view name);  ///< Its inverse.

/// What a comparison is of, as users write it: the name of a field, or "metadata." and the name of
/// a declared one.
struct FilterSubject {
  FilterField field = FilterField::id;
  std::string key = {};  ///< Of FilterField::metadata: the field's name; otherwise empty.

  FilterSubject(FilterField of) : field(of) {}  // NOLINT(google-explicit-constructor)
  FilterSubject(FilterField of, std::string name) : field(of), key(std::move(name)) {}
};
Result<FilterSubject> parseFilterSubject(std::string_view name);

/// A text of at most 1024 bytes (for the verdict, its name), a finite number, or a boolean.
using FilterValue = std::variant<std::string, double, bool>;

/// One comparison, or what joins the terms before it.
struct FilterTerm {
  FilterOperator op = FilterOperator::exists;
  FilterField field = FilterField::id;  ///< Of comparisons; the others ignore it.
  std::vector<FilterValue> values;      ///< One; 1 to 256 for oneOf; none for exists and joins.
  std::uint32_t operands = 0;  ///< Of joins: how many; 1 for negation, at least 1 for the rest.
  std::string key = {};        ///< Of comparisons of FilterField::metadata: the field's name.

  friend bool operator==(const FilterTerm&, const FilterTerm&) = default;
};

/// A condition on the fields of a pattern, as terms in postfix order: the operands of a join come
/// before it. 1 to 256 terms, nested at most 16 deep; validate() says what is wrong with one.
struct Filter {
  std::vector<FilterTerm> terms;

  /// Any comparison with one value.
  static Filter compare(FilterSubject subject, FilterOperator op, FilterValue value);
  static Filter oneOf(FilterSubject subject, std::vector<FilterValue> values);
  static Filter exists(FilterSubject subject);
  static Filter all(const std::vector<Filter>& operands);
  static Filter any(const std::vector<Filter>& operands);
  static Filter negation(Filter operand);

  friend bool operator==(const Filter&, const Filter&) = default;
};

/// For a store that declares these metadata fields. Errors: invalidArgument, naming the term.
Result<void> validate(const Filter& filter, std::span<const MetadataField> fields);
/// As far as it does not depend on the store: metadata fields may be any, and of any kind.
Result<void> validate(const Filter& filter);

namespace limits {
inline constexpr std::size_t kMaxFilterTerms = 256;
inline constexpr std::size_t kMaxFilterDepth = 16;
inline constexpr std::size_t kMaxFilterValues = 256;
}  // namespace limits

}  // namespace damask
