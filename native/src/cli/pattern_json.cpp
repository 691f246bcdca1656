#include "pattern_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "embedding_json.hpp"
#include "json_members.hpp"
#include "json_string.hpp"
#include "json_text.hpp"

namespace damask::cli {
namespace {

/// The number as a double. "-0" is an integer to the JSON library, which drops its sign but not
/// its being signed.
double numberOf(const Json& value) {
  const bool minusZero =
      value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() == 0;
  return minusZero ? -0.0 : value.get<double>();
}

/// Nothing but a string, an embedding or metadata needs more.
constexpr std::size_t kMaxNumberBytes = 1024;

tl::unexpected<Failure> wrongType(std::string_view key, const char* wanted) {
  return badData(fmt::format("'{}' must be {}", key, wanted));
}

Outcome<void> readText(const JsonMember& member, std::string& out) {
  auto text = decodeJsonString(member.value);
  if (!text) return wrongType(member.key, "a string in valid UTF-8");
  out = std::move(*text);
  return {};
}

Json parseNumber(const JsonMember& member) {
  if (member.value.size() > kMaxNumberBytes) return {};
  return Json::parse(member.value, nullptr, false);
}

Outcome<void> readNumber(const JsonMember& member, std::optional<double>& out) {
  const Json value = parseNumber(member);
  if (!value.is_number()) return wrongType(member.key, "a number");
  out = numberOf(value);
  return {};
}

Outcome<void> readTime(const JsonMember& member, std::optional<std::int64_t>& out) {
  const Json value = parseNumber(member);
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
    return wrongType(member.key,
                     "a whole number of milliseconds since 1970 (64-bit; no ISO strings)");
  }
  out = value.get<std::int64_t>();
  return {};
}

Outcome<void> readCount(const JsonMember& member, std::uint64_t& out) {
  const Json value = parseNumber(member);
  if (!value.is_number_unsigned()) return wrongType(member.key, "a whole number from 0 on");
  out = value.get<std::uint64_t>();
  return {};
}

Outcome<void> readVerdict(const JsonMember& member, std::optional<Verdict>& out) {
  std::string name;
  if (auto text = readText(member, name); !text) return text;
  const auto verdict = parseVerdict(name);
  if (!verdict) return failure(verdict.error(), ExitCode::badData);
  out = *verdict;
  return {};
}

Outcome<void> readMetadata(const JsonMember& member, std::optional<std::string>& out) {
  if (!member.value.starts_with('{')) return wrongType(member.key, "a JSON object");
  out = member.value;
  return {};
}

/// Reads an optional field; null is absent.
template <typename Field, typename Read>
Outcome<void> readOptional(const JsonMember& member, Field& field, Read read) {
  if (member.value == "null") return {};
  return read(member, field);
}

Outcome<void> readFramework(const JsonMember& member, std::optional<std::string>& out) {
  return readText(member, out.emplace());
}

Outcome<void> readMember(const JsonMember& member, PatternLine& line) {
  Pattern& pattern = line.pattern;
  const std::string& key = member.key;
  if (key == "id") return readText(member, pattern.id);
  if (key == "type") return readText(member, pattern.type);
  if (key == "domain") return readText(member, pattern.domain);
  if (key == "content") return readText(member, pattern.content);
  if (key == "framework") return readOptional(member, pattern.framework, readFramework);
  if (key == "coverage") return readOptional(member, pattern.coverage, readNumber);
  if (key == "flakinessScore") return readOptional(member, pattern.flakinessScore, readNumber);
  if (key == "verdict") return readOptional(member, pattern.verdict, readVerdict);
  if (key == "createdAt") return readOptional(member, pattern.createdAt, readTime);
  if (key == "lastUsed") return readOptional(member, pattern.lastUsed, readTime);
  if (key == "usageCount") return readOptional(member, pattern.usageCount, readCount);
  if (key == "metadata") return readOptional(member, pattern.metadata, readMetadata);
  if (key == "embedding") {
    auto embedding = parseEmbedding(member.value);
    if (!embedding) return tl::make_unexpected(embedding.error());
    line.embedding = std::move(*embedding);
    return {};
  }
  return badData(fmt::format("key '{}' is unknown (free fields belong into 'metadata')", key));
}

/// 9 digits tell any two floats apart, and are so much closer to their float than to the middle
/// between two that reading them by way of a double gives the same float.
void appendComponent(std::string& text, float value) {
  if (value == 0) {
    text += std::signbit(value) ? "-0.0" : "0";  // many readers take "-0" for the integer
  } else {
    fmt::format_to(std::back_inserter(text), "{:.9g}", value);
  }
}

/// The metadata on one line: a line break in valid JSON can only stand between tokens, where a
/// blank means the same.
std::string onOneLine(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

}  // namespace

Outcome<PatternLine> parsePattern(std::string_view text) {
  const auto members = splitJsonObject(text);
  if (!members) return tl::make_unexpected(members.error());
  PatternLine line;
  for (const JsonMember& member : *members) {
    if (auto read = readMember(member, line); !read) return tl::make_unexpected(read.error());
  }
  for (const std::string_view required : {"id", "type", "domain", "content"}) {
    const auto named = [required](const JsonMember& member) { return member.key == required; };
    if (std::none_of(members->begin(), members->end(), named)) {
      return badData(fmt::format("key '{}' is missing", required));
    }
  }
  return line;
}

std::string patternText(const Pattern& pattern,
                        const std::optional<std::vector<float>>& embedding) {
  Json object = {{"id", pattern.id},
                 {"type", pattern.type},
                 {"domain", pattern.domain},
                 {"content", pattern.content}};
  if (pattern.framework) object["framework"] = *pattern.framework;
  if (pattern.coverage) object["coverage"] = *pattern.coverage;
  if (pattern.flakinessScore) object["flakinessScore"] = *pattern.flakinessScore;
  if (pattern.verdict) object["verdict"] = verdictName(*pattern.verdict);
  if (pattern.createdAt) object["createdAt"] = *pattern.createdAt;
  if (pattern.lastUsed) object["lastUsed"] = *pattern.lastUsed;
  object["usageCount"] = pattern.usageCount;
  std::string text = jsonText(object);
  text.pop_back();
  if (pattern.metadata) text += ",\"metadata\":" + onOneLine(*pattern.metadata);
  if (embedding) {
    text += ",\"embedding\":[";
    for (std::size_t i = 0; i < embedding->size(); ++i) {
      text += i == 0 ? "" : ",";
      appendComponent(text, (*embedding)[i]);
    }
    text += ']';
  }
  return text + "}";
}

}  // namespace damask::cli
