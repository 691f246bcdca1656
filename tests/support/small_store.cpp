#include "support/small_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/random.hpp"

namespace damask::testing {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

Pattern smallPattern(std::size_t number) {
  const std::string text = std::to_string(number);
  Pattern p;
  p.id = std::string("p").append(text);
  p.type = number % 3 == 0 ? "tést" : "fix";
  p.domain = number % 4 == 0 ? "" : std::string("d").append(std::to_string(number % 4));
  p.content = number % 6 == 5 ? "" : "löst Nr. " + text + " \xf0\x9f\xa7\xb5";
  if (number % 2 == 0) p.framework = std::string("f").append(std::to_string(number % 3));
  if (number % 3 == 1) p.coverage = static_cast<double>(number) / 3.0;
  if (number % 4 == 1) p.flakinessScore = -0.0;
  if (number % 3 != 2) p.verdict = static_cast<Verdict>(1 + number % 3);
  if (number % 5 != 1) p.createdAt = static_cast<std::int64_t>(number) - 7;
  if (number % 7 == 2) p.lastUsed = std::int64_t{1} << 52;
  p.usageCount = number % 9;
  if (number % 4 == 2) {
    p.metadata = "{\"n\":" + text +
                 (number % 8 == 2 ? R"(,"t":["\u00e9"],"b":true})" : R"(,"t":["x"],"s":"v"})");
  }
  return p;
}

std::vector<float> smallVector(std::size_t number, std::uint32_t dimension) {
  Random random(number % 8 == 7 ? number - 1 : number);
  std::vector<float> v(dimension);
  for (float& x : v) x = static_cast<float>(random.between(-300, 300)) / 7.0f;
  if (v[0] == 0) v[0] = 1;
  return v;
}

void fillSmall(PatternStore& store, std::size_t first, std::size_t last) {
  const std::uint32_t dimension = store.options().dimension;
  for (std::size_t i = first; i < last; ++i) {
    const Pattern pattern = smallPattern(i);
    must(store.upsert(pattern, smallVector(i, dimension)));
    if (i % 10 == 0) must(store.upsert(smallPattern(i), smallVector(i + 1000, dimension)));
    if (i % 10 == 5) must(store.remove(pattern.id));
    if (i % 7 == 3) must(store.recordUsage(pattern.id, Verdict::flaky, 1700000000000));
  }
}

PatternStore smallStore(const StoreOptions& options, std::size_t count) {
  PatternStore store = must(PatternStore::create(options));
  fillSmall(store, 0, count);
  return store;
}

StoreOptions smallOptions(std::uint32_t dimension, Metric metric, Precision precision) {
  StoreOptions options;
  options.dimension = dimension;
  options.metric = metric;
  options.precision = precision;
  options.hnsw = {4, 16, 8};
  options.indexingThreshold = 0;
  options.seed = 7;
  return options;
}

StoreOptions smallFields(StoreOptions options) {
  options.metadataFields = {{"n", MetadataKind::number},
                            {"s", MetadataKind::string},
                            {"b", MetadataKind::boolean},
                            {"t", MetadataKind::stringList}};
  return options;
}

}  // namespace damask::testing
