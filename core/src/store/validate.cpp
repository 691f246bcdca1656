#include "store/validate.hpp"

#include <utf8cpp/utf8.h>

#include <cmath>
#include <string>

#include "damask/options.hpp"
#include "store/json_text.hpp"

namespace damask {
namespace {

Result<void> inRange(const char* field, std::uint64_t value, std::uint64_t low,
                     std::uint64_t high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::invalidArgument, std::string(field) + " is " + std::to_string(value) +
                                              ", but must be within [" + std::to_string(low) +
                                              ", " + std::to_string(high) + "]");
}

Result<void> checkText(const char* field, std::string_view text, std::size_t low,
                       std::size_t high) {
  if (text.size() < low || text.size() > high) {
    return fail(ErrorCode::invalidArgument,
                std::string(field) + " has " + std::to_string(text.size()) +
                    " bytes, but must have " + std::to_string(low) + " to " + std::to_string(high));
  }
  if (!isUtf8(text)) {
    return fail(ErrorCode::invalidArgument, std::string(field) + " is not valid UTF-8");
  }
  return {};
}

Result<void> checkText(const char* field, const std::optional<std::string>& text,
                       std::size_t high) {
  return text ? checkText(field, *text, 0, high) : Result<void>{};
}

Result<void> checkFinite(const char* field, std::optional<double> value) {
  if (!value || std::isfinite(*value)) return {};
  return fail(ErrorCode::invalidArgument,
              std::string(field) + " is " + std::to_string(*value) + ", but must be finite");
}

Result<void> checkMinK(const SearchOptions& o) {
  if (!o.minK) return {};
  if (o.mmrLambda) {
    return fail(ErrorCode::invalidArgument, "minK is given, and so is mmrLambda: choose one");
  }
  return inRange("minK", *o.minK, 1, o.k);
}

Result<void> checkSlotRange(const SearchOptions& o) {
  if (!o.slotRange) return {};
  if (!o.exact || o.minK || o.mmrLambda) {
    return fail(ErrorCode::invalidArgument,
                "slotRange is given, but is for exact searches without minK and mmrLambda");
  }
  if (o.slotRange->from <= o.slotRange->to) return {};
  return fail(ErrorCode::invalidArgument, "slotRange is from " + std::to_string(o.slotRange->from) +
                                              " to " + std::to_string(o.slotRange->to));
}

Result<void> checkMmr(const SearchOptions& o) {
  if (o.mmrLambda && !(*o.mmrLambda >= 0 && *o.mmrLambda <= 1)) {
    return fail(ErrorCode::invalidArgument,
                "mmrLambda is " + std::to_string(*o.mmrLambda) + ", but must be within [0, 1]");
  }
  if (o.mmrPool && !o.mmrLambda) {
    return fail(ErrorCode::invalidArgument, "mmrPool is given, but mmrLambda is not");
  }
  return o.mmrPool ? inRange("mmrPool", *o.mmrPool, o.k, limits::kMaxEf) : Result<void>{};
}

Result<void> checkFields(const std::vector<MetadataField>& fields) {
  if (fields.size() > limits::kMaxMetadataFields) {
    return fail(ErrorCode::invalidArgument, "metadataFields are " + std::to_string(fields.size()) +
                                                ", but may be at most " +
                                                std::to_string(limits::kMaxMetadataFields));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string where = "metadataFields[" + std::to_string(i) + "]";
    auto valid =
        checkText((where + ".name").c_str(), fields[i].name, 1, limits::kMaxMetadataNameBytes);
    if (!valid) return valid;
    valid = inRange((where + ".kind").c_str(), static_cast<std::uint64_t>(fields[i].kind), 0, 3);
    if (!valid) return valid;
    for (std::size_t before = 0; before < i; ++before) {
      if (fields[before].name == fields[i].name) {
        return fail(ErrorCode::invalidArgument,
                    where + ".name is \"" + fields[i].name + "\", which is there already");
      }
    }
  }
  return {};
}

// The first of several checks that fails.
template <typename... Checks>
Result<void> firstFailure(Checks&&... checks) {
  Result<void> result;
  (void)((result = checks(), result.has_value()) && ...);
  return result;
}

}  // namespace

bool isUtf8(std::string_view text) noexcept {
  return utf8::is_valid(text.begin(), text.end());
}

Result<void> validate(const StoreOptions& o) {
  return firstFailure(
      [&] { return inRange("dimension", o.dimension, 1, limits::kMaxDimension); },
      [&] { return inRange("hnsw.m", o.hnsw.m, limits::kMinM, limits::kMaxM); },
      [&] {
        return inRange("hnsw.efConstruction", o.hnsw.efConstruction, o.hnsw.m,
                       limits::kMaxEfConstruction);
      },
      [&] { return inRange("hnsw.efSearch", o.hnsw.efSearch, 1, limits::kMaxEf); },
      [&] {
        return inRange("indexingThreshold", o.indexingThreshold, 0, limits::kMaxIndexingThreshold);
      },
      [&] { return inRange("metric", static_cast<std::uint64_t>(o.metric), 0, 2); },
      [&] { return inRange("precision", static_cast<std::uint64_t>(o.precision), 0, 1); },
      [&] { return checkFields(o.metadataFields); });
}

Result<void> validate(const SearchOptions& o) {
  return firstFailure(
      [&] { return inRange("k", o.k, 1, limits::kMaxK); },
      [&] { return o.ef ? inRange("ef", *o.ef, o.k, limits::kMaxEf) : Result<void>{}; },
      [&] {
        return checkFinite("threshold",
                           o.threshold ? std::optional<double>(*o.threshold) : std::nullopt);
      },
      [&] { return checkMinK(o); }, [&] { return checkMmr(o); }, [&] { return checkSlotRange(o); },
      [&] { return o.filter ? validate(*o.filter) : Result<void>{}; });
}

Result<void> validate(const char* field, std::optional<Verdict> verdict) {
  return verdict ? inRange(field, static_cast<std::uint64_t>(*verdict), 1, 3) : Result<void>{};
}

Result<void> validate(const Pattern& p) {
  return firstFailure([&] { return checkText("id", p.id, 1, limits::kMaxNameBytes); },
                      [&] { return checkText("type", p.type, 0, limits::kMaxNameBytes); },
                      [&] { return checkText("domain", p.domain, 0, limits::kMaxNameBytes); },
                      [&] { return checkText("content", p.content, 0, limits::kMaxTextBytes); },
                      [&] { return checkText("framework", p.framework, limits::kMaxNameBytes); },
                      [&] { return checkFinite("coverage", p.coverage); },
                      [&] { return checkFinite("flakinessScore", p.flakinessScore); },
                      [&] { return validate("verdict", p.verdict); },
                      [&] { return checkText("metadata", p.metadata, limits::kMaxTextBytes); },
                      [&]() -> Result<void> {
                        if (!p.metadata || isJsonObject(*p.metadata)) return {};
                        return fail(ErrorCode::invalidArgument,
                                    "metadata is not the text of a JSON object");
                      });
}

}  // namespace damask
