#include "damask/filter.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "damask/options.hpp"
#include "damask/pattern.hpp"
#include "store/validate.hpp"

namespace damask {
namespace {

enum class Kind { text, verdict, number, boolean, list, any };

constexpr std::string_view kMetadataPrefix = "metadata.";

Kind kindOf(MetadataKind kind) noexcept {
  switch (kind) {
    case MetadataKind::string:
      return Kind::text;
    case MetadataKind::number:
      return Kind::number;
    case MetadataKind::boolean:
      return Kind::boolean;
    default:
      return Kind::list;
  }
}

// The kind of the field of a comparison; none when it is not declared. Without declarations, any
// metadata field may be.
std::optional<Kind> kindOf(const FilterTerm& term, const std::span<const MetadataField>* fields) {
  if (term.field <= FilterField::framework) return Kind::text;
  if (term.field == FilterField::verdict) return Kind::verdict;
  if (term.field != FilterField::metadata) return Kind::number;
  if (fields == nullptr) return Kind::any;
  const auto field = std::find_if(fields->begin(), fields->end(),
                                  [&](const MetadataField& it) { return it.name == term.key; });
  return field == fields->end() ? std::nullopt : std::optional(kindOf(field->kind));
}

bool isJoin(FilterOperator op) noexcept {
  return op >= FilterOperator::all;
}

Filter join(FilterOperator op, const std::vector<Filter>& operands) {
  Filter joined;
  for (const Filter& operand : operands) {
    joined.terms.insert(joined.terms.end(), operand.terms.begin(), operand.terms.end());
  }
  joined.terms.push_back({op, {}, {}, static_cast<std::uint32_t>(operands.size()), {}});
  return joined;
}

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::invalidArgument, "filter " + what);
}

std::string nameOf(std::size_t number, const FilterTerm& term) {
  std::string name = "term " + std::to_string(number) + " (";
  name += filterOperatorName(term.op);
  if (!isJoin(term.op)) name.append(" ").append(filterFieldName(term.field));
  if (!term.key.empty()) name.append(".").append(term.key);
  return name + ") ";
}

// Why the value does not fit the field; empty when it does.
std::string misfit(const FilterValue& value, Kind kind) {
  constexpr const char* kNames[] = {"a text", "a number", "a boolean"};
  const auto* text = std::get_if<std::string>(&value);
  const auto* number = std::get_if<double>(&value);
  const std::size_t wanted = kind == Kind::any       ? value.index()
                             : kind == Kind::number  ? 1
                             : kind == Kind::boolean ? 2
                                                     : 0;
  if (value.index() != wanted) {
    return std::string("needs ") + kNames[wanted] + ", not " + kNames[value.index()];
  }
  if (number != nullptr) return std::isfinite(*number) ? "" : "needs a finite number";
  if (text == nullptr) return "";
  if (text->size() > limits::kMaxNameBytes) {
    return "has a text of " + std::to_string(text->size()) + " bytes, but the limit is " +
           std::to_string(limits::kMaxNameBytes);
  }
  if (!isUtf8(*text)) return "has a text that is not valid UTF-8";
  if (kind == Kind::verdict) {
    if (const auto verdict = parseVerdict(*text); !verdict) return verdict.error().message;
  }
  return "";
}

// Why the comparison is not one; empty when it is.
std::string misfit(const FilterTerm& term, const std::span<const MetadataField>* fields) {
  if (term.operands != 0) return "is a comparison, and has no operands";
  const bool list = term.op == FilterOperator::oneOf;
  const std::size_t least = term.op == FilterOperator::exists ? 0 : 1;
  const std::size_t most = list ? limits::kMaxFilterValues : least;
  if (term.values.size() < least || term.values.size() > most) {
    return "has " + std::to_string(term.values.size()) + " values, but needs " +
           std::to_string(least) + (list ? " to " + std::to_string(most) : "");
  }
  if (term.field != FilterField::metadata && !term.key.empty()) return "has a key, and needs none";
  const std::optional<Kind> kind = kindOf(term, fields);
  if (!kind) return "names a metadata field that is not declared";
  if (term.op == FilterOperator::prefix && *kind != Kind::text && *kind != Kind::list &&
      *kind != Kind::any) {
    return "needs a field that is a text";
  }
  const bool ordered = term.op >= FilterOperator::less && term.op <= FilterOperator::greaterOrEqual;
  if (ordered && *kind == Kind::verdict) return "compares verdicts, which have no order";
  if (ordered && *kind == Kind::boolean) return "compares booleans, which have no order";
  if (ordered && *kind == Kind::list) return "compares lists, which have no order";
  for (const FilterValue& value : term.values) {
    if (std::string why = misfit(value, *kind); !why.empty()) return why;
  }
  return "";
}

// Replaces the depths of a join's operands by its own. Returns why it cannot; empty when it can.
std::string joinDepths(const FilterTerm& term, std::vector<std::size_t>& depths) {
  const bool negation = term.op == FilterOperator::negation;
  if (term.operands == 0 || (negation && term.operands != 1)) {
    return "has " + std::to_string(term.operands) + " operands, but needs " +
           (negation ? "1" : "at least 1");
  }
  if (!term.values.empty()) return "has values, but needs none";
  if (term.operands > depths.size()) {
    return "has " + std::to_string(term.operands) + " operands, but only " +
           std::to_string(depths.size()) + " terms before it are left";
  }
  const auto first = depths.end() - static_cast<std::ptrdiff_t>(term.operands);
  const std::size_t depth = 1 + *std::max_element(first, depths.end());
  depths.erase(first, depths.end());
  depths.push_back(depth);
  if (depth > limits::kMaxFilterDepth) {
    return "is nested " + std::to_string(depth) + " deep, but the limit is " +
           std::to_string(limits::kMaxFilterDepth);
  }
  return "";
}

Result<void> check(const Filter& filter, const std::span<const MetadataField>* fields) {
  if (filter.terms.empty() || filter.terms.size() > limits::kMaxFilterTerms) {
    return refuse("has " + std::to_string(filter.terms.size()) + " terms, but must have 1 to " +
                  std::to_string(limits::kMaxFilterTerms));
  }
  std::vector<std::size_t> depths;  // of what is not yet joined
  for (std::size_t i = 0; i < filter.terms.size(); ++i) {
    const FilterTerm& term = filter.terms[i];
    const bool known = term.op <= FilterOperator::negation && term.field <= FilterField::metadata;
    const std::string why = !known            ? "has an operator or a field that does not exist"
                            : isJoin(term.op) ? joinDepths(term, depths)
                                              : misfit(term, fields);
    if (!why.empty()) return refuse(nameOf(i, term) + why);
    if (!isJoin(term.op)) depths.push_back(1);
  }
  if (depths.size() == 1) return {};
  return refuse("has " + std::to_string(depths.size()) + " conditions that nothing joins");
}

}  // namespace

Result<FilterSubject> parseFilterSubject(std::string_view name) {
  if (name.starts_with(kMetadataPrefix)) {
    return FilterSubject(FilterField::metadata, std::string(name.substr(kMetadataPrefix.size())));
  }
  const auto field = parseFilterField(name);
  if (!field) return tl::unexpected<Error>(field.error());
  if (*field != FilterField::metadata) return FilterSubject(*field);
  return fail(ErrorCode::invalidArgument,
              "filter field is \"metadata\", but must be \"metadata.\" and a declared name");
}

Filter Filter::compare(FilterSubject subject, FilterOperator op, FilterValue value) {
  return {{{op, subject.field, {std::move(value)}, 0, std::move(subject.key)}}};
}
Filter Filter::oneOf(FilterSubject subject, std::vector<FilterValue> values) {
  return {{{FilterOperator::oneOf, subject.field, std::move(values), 0, std::move(subject.key)}}};
}
Filter Filter::exists(FilterSubject subject) {
  return {{{FilterOperator::exists, subject.field, {}, 0, std::move(subject.key)}}};
}
Filter Filter::all(const std::vector<Filter>& operands) {
  return join(FilterOperator::all, operands);
}
Filter Filter::any(const std::vector<Filter>& operands) {
  return join(FilterOperator::any, operands);
}
Filter Filter::negation(Filter operand) {
  operand.terms.push_back({FilterOperator::negation, {}, {}, 1, {}});
  return operand;
}

Result<void> validate(const Filter& filter, std::span<const MetadataField> fields) {
  return check(filter, &fields);
}

Result<void> validate(const Filter& filter) {
  return check(filter, nullptr);
}

}  // namespace damask
