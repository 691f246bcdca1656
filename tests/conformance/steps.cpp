#include "conformance/steps.hpp"

#include <limits>

namespace damask::conformance {
namespace {

Result<void> setFields(Pattern& pattern, const Json& set) {
  pattern.id = set.value("id", pattern.id);
  pattern.type = set.value("type", pattern.type);
  pattern.domain = set.value("domain", pattern.domain);
  pattern.content = set.value("content", pattern.content);
  pattern.usageCount = set.value("usageCount", pattern.usageCount);
  if (set.contains("framework")) pattern.framework = set["framework"].get<std::string>();
  if (set.contains("coverage")) pattern.coverage = set["coverage"].get<double>();
  if (set.contains("flakinessScore")) pattern.flakinessScore = set["flakinessScore"].get<double>();
  if (set.contains("createdAt")) pattern.createdAt = set["createdAt"].get<std::int64_t>();
  if (set.contains("lastUsed")) pattern.lastUsed = set["lastUsed"].get<std::int64_t>();
  if (set.contains("metadata")) pattern.metadata = set["metadata"].dump();
  if (!set.contains("verdict")) return {};
  const auto verdict = parseVerdict(set["verdict"].get<std::string>());
  if (!verdict) return tl::unexpected<Error>(verdict.error());
  pattern.verdict = *verdict;
  return {};
}

void spoil(std::vector<float>& embedding, const std::string& how) {
  if (how == "missing") {
    embedding.erase(embedding.begin());
  } else if (how == "NaN") {
    embedding.back() = std::numeric_limits<float>::quiet_NaN();
  } else {
    embedding.back() = std::numeric_limits<float>::infinity();
  }
}

}  // namespace

std::vector<float> vectorOf(std::uint32_t number, std::uint32_t dimension) {
  std::uint32_t state = number * 2654435761u + 1u;
  std::vector<float> vector(dimension);
  for (float& component : vector) {
    state = state * 1664525u + 1013904223u;
    component = static_cast<float>(static_cast<std::int32_t>(state >> 16) - 32768) / 32768.0f;
  }
  return vector;
}

Result<Entry> entryOf(std::uint32_t number, std::uint32_t dimension, const Json& set) {
  const auto n = std::to_string(number);
  Entry entry;
  Pattern& pattern = entry.pattern;
  pattern.id = "p" + n;
  pattern.type = "type-" + std::to_string(number % 3);
  pattern.domain = "domain-" + std::to_string(number % 5);
  pattern.content = "content of " + n;
  if (number % 4 != 0) pattern.framework = "framework-" + std::to_string(number % 2);
  if (number % 3 == 0) {
    pattern.coverage = (number % 101) / 100.0;
    pattern.verdict = static_cast<Verdict>(1 + number / 3 % 3);
  }
  if (number % 7 == 0) {
    pattern.createdAt = 1700000000000 + number;
    pattern.usageCount = number;
    pattern.metadata = "{\"n\":" + n + "}";
  }
  if (const auto ok = setFields(pattern, set); !ok) return tl::unexpected<Error>(ok.error());
  entry.embedding = vectorOf(set.value("vector", number), dimension);
  if (set.contains("spoil")) spoil(entry.embedding, set["spoil"].get<std::string>());
  return entry;
}

Result<std::vector<Entry>> batchOf(const Json& step, std::uint32_t dimension) {
  const auto from = step["from"].get<std::uint32_t>();
  const auto count = step["count"].get<std::uint32_t>();
  const Json all = step.value("set", Json::object());
  const auto firstVector = all.value("vector", from);
  std::vector<Entry> entries;
  for (std::uint32_t i = 0; i < count; ++i) {
    Json set = all;
    set["vector"] = firstVector + i;
    if (i + 1 < count) set.erase("spoil");
    auto entry = entryOf(from + i, dimension, set);
    if (!entry) return tl::unexpected<Error>(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<StoreOptions> storeOptionsOf(const Json& config) {
  StoreOptions options;
  options.dimension = config.value("dimension", options.dimension);
  options.seed = config.value("seed", options.seed);
  options.indexingThreshold = config.value("indexingThreshold", options.indexingThreshold);
  const auto metric = parseMetric(config.value("metric", "cosine"));
  if (!metric) return tl::unexpected<Error>(metric.error());
  options.metric = *metric;
  const auto precision = parsePrecision(config.value("precision", "fixed16"));
  if (!precision) return tl::unexpected<Error>(precision.error());
  options.precision = *precision;
  const Json hnsw = config.value("hnsw", Json::object());
  options.hnsw.m = hnsw.value("m", options.hnsw.m);
  options.hnsw.efConstruction = hnsw.value("efConstruction", options.hnsw.efConstruction);
  options.hnsw.efSearch = hnsw.value("efSearch", options.hnsw.efSearch);
  for (const auto& field : config.value("metadataFields", Json::array())) {
    const auto kind = parseMetadataKind(field.at("kind").get<std::string>());
    if (!kind) return tl::unexpected<Error>(kind.error());
    options.metadataFields.push_back({field.at("name").get<std::string>(), *kind});
  }
  return options;
}

Result<SearchOptions> searchOptionsOf(const Json& options) {
  SearchOptions search;
  search.k = options.value("k", search.k);
  search.exact = options.value("exact", search.exact);
  if (options.contains("ef")) search.ef = options["ef"].get<std::uint32_t>();
  if (options.contains("threshold")) search.threshold = options["threshold"].get<float>();
  if (options.value("useMMR", false)) search.mmrLambda = options.value("mmrLambda", 0.5);
  if (options.contains("domain")) search.domain = options["domain"].get<std::string>();
  if (options.contains("type")) search.type = options["type"].get<std::string>();
  if (options.contains("framework")) search.framework = options["framework"].get<std::string>();
  if (options.contains("filter")) {
    auto filter = filterOf(options["filter"]);
    if (!filter) return tl::unexpected<Error>(filter.error());
    search.filter = std::move(*filter);
  }
  return search;
}

}  // namespace damask::conformance
