#include "store/metadata_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "damask/options.hpp"
#include "store/json_members.hpp"

namespace damask {
namespace {

tl::unexpected<Error> refuse(const MetadataField& field, const std::string& what) {
  return fail(ErrorCode::invalidArgument, "metadata." + field.name + " " + what);
}

const char* kindOf(std::string_view value) noexcept {
  switch (value.front()) {
    case '"':
      return "a string";
    case '[':
      return "an array";
    case '{':
      return "an object";
    case 'n':
      return "null";
    case 't':
    case 'f':
      return "a boolean";
    default:
      return "a number";
  }
}

tl::unexpected<Error> misfit(const MetadataField& field, std::string_view value) {
  return refuse(field, std::string("is ") + kindOf(value) + ", but is declared as a " +
                           std::string(metadataKindName(field.kind)));
}

#ifdef __cpp_lib_to_chars
// Whether a number whose digits begin beyond what a double holds is too large, not too small.
bool isHuge(std::string_view number) noexcept {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  // A mantissa has at most as many digits as a text has bytes: an exponent of 64 bits outweighs it.
  const long long exponent = static_cast<long long>(point) - static_cast<long long>(first);
  if (e == std::string_view::npos) return exponent > 0;
  const bool negative = number[e + 1] == '-';
  const std::string_view power =
      number.substr(e + 1 + (number[e + 1] == '-' || number[e + 1] == '+'));
  long long value = 0;
  if (std::from_chars(power.data(), power.data() + power.size(), value).ec != std::errc{}) {
    return !negative;
  }
  return exponent + (negative ? -value : value) > 0;
}
#endif

/// The nearest double, on every target and in every locale; infinity when there is none.
double toDouble(std::string_view number) {
#ifdef __cpp_lib_to_chars
  double value = 0;
  const auto end = number.data() + number.size();
  if (std::from_chars(number.data(), end, value).ec == std::errc{}) return value;
  return isHuge(number) ? HUGE_VAL : 0.0;
#else
  // Of musl, which knows one locale.
  return std::strtod(std::string(number).c_str(), nullptr);
#endif
}

Result<std::string> readString(const MetadataField& field, std::string_view value) {
  std::string text = decodeJsonString(value);
  if (text.size() <= limits::kMaxNameBytes) return text;
  return refuse(field, "has a string of " + std::to_string(text.size()) +
                           " bytes, but must have at most " +
                           std::to_string(limits::kMaxNameBytes));
}

Result<MetadataValue> readList(const MetadataField& field, std::string_view value) {
  std::vector<std::string> list;
  for (JsonElements elements(value); elements.next();) {
    if (elements.value().front() != '"') {
      return refuse(field, std::string("has ") + kindOf(elements.value()) + " at index " +
                               std::to_string(list.size()) + ", but is declared as a string list");
    }
    if (list.size() == limits::kMaxMetadataListItems) {
      return refuse(field,
                    "has more than " + std::to_string(limits::kMaxMetadataListItems) + " strings");
    }
    auto text = readString(field, elements.value());
    if (!text) return tl::unexpected<Error>(text.error());
    list.push_back(std::move(*text));
  }
  return MetadataValue(std::move(list));
}

Result<MetadataValue> readValue(const MetadataField& field, std::string_view value) {
  const char first = value.front();
  switch (field.kind) {
    case MetadataKind::string:
      if (first != '"') return misfit(field, value);
      return readString(field, value).map([](std::string&& text) {
        return MetadataValue(std::move(text));
      });
    case MetadataKind::boolean:
      if (first != 't' && first != 'f') return misfit(field, value);
      return MetadataValue(first == 't');
    case MetadataKind::stringList:
      if (first != '[') return misfit(field, value);
      return readList(field, value);
    case MetadataKind::number:
      break;
  }
  if (first != '-' && (first < '0' || first > '9')) return misfit(field, value);
  const double number = toDouble(value);
  if (!std::isfinite(number)) return refuse(field, "is beyond the numbers that a double has");
  return MetadataValue(number);
}

}  // namespace

Result<std::vector<MetadataValue>> readMetadata(std::string_view metadata,
                                                std::span<const MetadataField> fields) {
  std::vector<MetadataValue> values(fields.size());
  if (fields.empty() || metadata.empty()) return values;
  for (JsonMembers members(metadata); members.next();) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const MetadataField& it) {
      return members.hasKey(it.name);
    });
    if (field == fields.end()) continue;
    MetadataValue& value = values[static_cast<std::size_t>(field - fields.begin())];
    if (value.index() != 0) return refuse(*field, "is there twice");
    auto read = readValue(*field, members.value());
    if (!read) return tl::unexpected<Error>(read.error());
    value = std::move(*read);
  }
  return values;
}

}  // namespace damask
