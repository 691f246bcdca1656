#include "filter_json.hpp"

#include <fmt/format.h>

#include <string>

#include "damask/options.hpp"
#include "json_text.hpp"

namespace damask::cli {
namespace {

/// 256 terms of 256 values of 1024 bytes would be more, but are no command line.
constexpr std::size_t kMaxTextBytes = 1u << 20;

/// Appends terms in postfix order: the operands of a join come before it.
class Reader {
 public:
  Outcome<void> read(const Json& value, std::size_t depth) {
    if (depth > limits::kMaxFilterDepth) {
      return usageError(
          fmt::format("--filter is nested more than {} deep", limits::kMaxFilterDepth));
    }
    if (!value.is_object() || value.size() != 1) {
      return refuse(value, "must be an object with one operator");
    }
    const auto op = parseFilterOperator(value.begin().key());
    if (!op) return usageError("--filter: " + op.error().message);
    const Json& operand = value.begin().value();
    switch (*op) {
      case FilterOperator::all:
      case FilterOperator::any:
        return readJoin(*op, operand, depth);
      case FilterOperator::negation:
        return readJoin(*op, Json::array({operand}), depth);
      case FilterOperator::exists:
        return addTerm(*op, operand, Json::array());
      default:
        return readComparison(*op, operand);
    }
  }

  Filter take() && { return std::move(filter_); }

 private:
  static tl::unexpected<Failure> refuse(const Json& value, const char* why) {
    return usageError(fmt::format("--filter: {} {}", jsonText(value), why));
  }

  Outcome<void> readJoin(FilterOperator op, const Json& operands, std::size_t depth) {
    if (!operands.is_array()) return refuse(operands, "must be an array of filters");
    for (const Json& operand : operands) {
      if (auto done = read(operand, depth + 1); !done) return done;
    }
    FilterTerm term;
    term.op = op;
    term.operands = static_cast<std::uint32_t>(operands.size());
    filter_.terms.push_back(std::move(term));
    return {};
  }

  Outcome<void> readComparison(FilterOperator op, const Json& operand) {
    if (!operand.is_array() || operand.size() != 2) {
      return refuse(operand, "must be an array of a field and a value");
    }
    if (op != FilterOperator::oneOf) return addTerm(op, operand[0], Json::array({operand[1]}));
    if (!operand[1].is_array()) return refuse(operand[1], "must be an array of values");
    return addTerm(op, operand[0], operand[1]);
  }

  Outcome<void> addTerm(FilterOperator op, const Json& field, const Json& values) {
    if (!field.is_string()) return refuse(field, "must be the name of a field");
    auto parsed = parseFilterSubject(field.get_ref<const std::string&>());
    if (!parsed) return usageError("--filter: " + parsed.error().message);
    FilterTerm term;
    term.op = op;
    term.field = parsed->field;
    term.key = std::move(parsed->key);
    for (const Json& value : values) {
      if (value.is_string()) {
        term.values.emplace_back(value.get<std::string>());
      } else if (value.is_number()) {
        term.values.emplace_back(value.get<double>());
      } else if (value.is_boolean()) {
        term.values.emplace_back(value.get<bool>());
      } else {
        return refuse(value, "must be a text, a number or a boolean");
      }
    }
    filter_.terms.push_back(std::move(term));
    return {};
  }

  Filter filter_;
};

}  // namespace

Outcome<Filter> parseFilter(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return usageError(
        fmt::format("--filter has {} bytes: must have at most {}", text.size(), kMaxTextBytes));
  }
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return usageError("--filter is no JSON");
  Reader reader;
  if (auto done = reader.read(json, 1); !done) return tl::make_unexpected(done.error());
  Filter filter = std::move(reader).take();
  if (const auto valid = validate(filter); !valid) return failure(valid.error());
  return filter;
}

}  // namespace damask::cli
