#include "conformance/steps.hpp"

namespace damask::conformance {
namespace {

FilterValue valueOf(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return value.is_string() ? FilterValue(value.get<std::string>())
                           : FilterValue(value.get<double>());
}

Result<Filter> joinOf(FilterOperator op, const Json& operands) {
  std::vector<Filter> filters;
  for (const auto& operand : operands) {
    auto filter = filterOf(operand);
    if (!filter) return filter;
    filters.push_back(std::move(*filter));
  }
  return op == FilterOperator::all ? Filter::all(filters) : Filter::any(filters);
}

Result<Filter> comparisonOf(FilterOperator op, const Json& operand) {
  const Json& name = op == FilterOperator::exists ? operand : operand[0];
  const auto field = parseFilterSubject(name.get<std::string>());
  if (!field) return tl::unexpected<Error>(field.error());
  if (op == FilterOperator::exists) return Filter::exists(*field);
  if (op != FilterOperator::oneOf) return Filter::compare(*field, op, valueOf(operand[1]));
  std::vector<FilterValue> values;
  for (const auto& value : operand[1]) values.push_back(valueOf(value));
  return Filter::oneOf(*field, std::move(values));
}

}  // namespace

Result<Filter> filterOf(const Json& expression) {
  const auto name = expression.begin().key();
  const Json& operand = expression.front();
  const auto op = parseFilterOperator(name);
  if (!op) return tl::unexpected<Error>(op.error());
  if (*op == FilterOperator::all || *op == FilterOperator::any) return joinOf(*op, operand);
  if (*op != FilterOperator::negation) return comparisonOf(*op, operand);
  auto inner = filterOf(operand);
  return inner ? Filter::negation(std::move(*inner)) : inner;
}

}  // namespace damask::conformance
