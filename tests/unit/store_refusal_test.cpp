// What a store refuses: each with a sentence that names the field, the value and the limit, and
// with nothing changed.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "store/json_text.hpp"
#include "support/oracle.hpp"

namespace {

using namespace damask;
using damask::testing::patternWithId;
using Floats = std::vector<float>;

const Floats kVector = {1, 2, 3, 4};

StoreOptions smallOptions() {
  StoreOptions options;
  options.dimension = 4;
  return options;
}

template <typename T>
void requireRefused(const Result<T>& result, const std::vector<std::string>& parts) {
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().code == ErrorCode::invalidArgument);
  for (const std::string& part : parts) {
    REQUIRE_THAT(result.error().message, Catch::Contains(part));
  }
}

// A store with one pattern, which no refusal may change.
class Refuser {
 public:
  Refuser() {
    Pattern p = patternWithId("a");
    p.content = "before";
    REQUIRE(store_.upsert(p, kVector));
    before_ = store_.saveToBytes().value();
  }
  void refuses(const Pattern& pattern, const Floats& vector,
               const std::vector<std::string>& parts) {
    requireRefused(store_.upsert(pattern, vector), parts);
    REQUIRE(store_.saveToBytes().value() == before_);
  }
  void refuses(const Pattern& pattern, const std::vector<std::string>& parts) {
    refuses(pattern, kVector, parts);
  }
  PatternStore& store() { return store_; }

 private:
  PatternStore store_ = std::move(*PatternStore::create(smallOptions()));
  std::vector<std::byte> before_;
};

template <typename Set>
void requireOption(const char* field, std::uint64_t value, std::uint64_t low, std::uint64_t high,
                   Set set) {
  StoreOptions options = smallOptions();
  set(options);
  requireRefused(PatternStore::create(options),
                 {std::string(field) + " is " + std::to_string(value) + ", but must be within [" +
                  std::to_string(low) + ", " + std::to_string(high) + "]"});
}

// Every text field of a pattern: how to set it, and its name.
struct TextField {
  const char* name;
  void (*set)(Pattern&, std::string);
  std::size_t most;
};
const TextField kTextFields[] = {
    {"id", [](Pattern& p, std::string s) { p.id = std::move(s); }, 1024},
    {"type", [](Pattern& p, std::string s) { p.type = std::move(s); }, 1024},
    {"domain", [](Pattern& p, std::string s) { p.domain = std::move(s); }, 1024},
    {"framework", [](Pattern& p, std::string s) { p.framework = std::move(s); }, 1024},
    {"content", [](Pattern& p, std::string s) { p.content = std::move(s); }, 16 << 20},
    {"metadata", [](Pattern& p, std::string s) { p.metadata = std::move(s); }, 16 << 20},
};

const char* const kNotUtf8[] = {
    "\x80",              // a continuation that continues nothing
    "a\xC3",             // cut short
    "\xE2\x82",          // cut short
    "\xE2\x82z",         // broken off
    "\xC0\xAF",          // overlong
    "\xE0\x80\x80",      // overlong
    "\xED\xA0\x80",      // half of a surrogate pair
    "\xF4\x90\x80\x80",  // beyond U+10FFFF
    "\xF8\x88\x80\x80\x80",
    "\xFE",
    "\xFF",
};

}  // namespace

TEST_CASE("create names the option that is outside of its limits", "[store]") {
  for (const std::uint32_t v : {0u, 4097u, 0xffffffffu}) {
    requireOption("dimension", v, 1, 4096, [v](StoreOptions& o) { o.dimension = v; });
  }
  for (const std::uint32_t v : {0u, 3u, 129u}) {
    requireOption("hnsw.m", v, 4, 128, [v](StoreOptions& o) { o.hnsw.m = v; });
  }
  for (const std::uint32_t v : {0u, 31u, 4097u}) {
    requireOption("hnsw.efConstruction", v, 32, 4096,
                  [v](StoreOptions& o) { o.hnsw.efConstruction = v; });
  }
  for (const std::uint32_t v : {0u, 10001u}) {
    requireOption("hnsw.efSearch", v, 1, 10000, [v](StoreOptions& o) { o.hnsw.efSearch = v; });
  }
  requireOption("indexingThreshold", 1000001, 0, 1000000,
                [](StoreOptions& o) { o.indexingThreshold = 1000001; });
  requireOption("metric", 3, 0, 2, [](StoreOptions& o) { o.metric = static_cast<Metric>(3); });
  requireOption("precision", 2, 0, 1,
                [](StoreOptions& o) { o.precision = static_cast<Precision>(2); });
}

TEST_CASE("create takes the limits themselves", "[store]") {
  StoreOptions least;
  least.dimension = 1;
  least.hnsw = {4, 4, 1};
  StoreOptions most;
  most.dimension = 4096;
  most.hnsw = {128, 4096, 10000};
  most.seed = UINT64_MAX;
  most.metric = Metric::dot;
  most.precision = Precision::float32;
  for (const StoreOptions& options : {least, most}) {
    auto store = PatternStore::create(options);
    REQUIRE(store.has_value());
    for (int i = 0; i < 20; ++i) {
      Floats v(options.dimension, 1.0f);
      v[0] = static_cast<float>(i + 1);
      REQUIRE(store->upsert(patternWithId(std::to_string(i)), v));
    }
    const auto again = PatternStore::open(store->saveToBytes().value());
    REQUIRE(again.has_value());
    const StoreOptions& o = again->options();
    REQUIRE(o.dimension == options.dimension);
    REQUIRE((o.hnsw.m == options.hnsw.m && o.hnsw.efSearch == options.hnsw.efSearch));
    REQUIRE(o.hnsw.efConstruction == options.hnsw.efConstruction);
    REQUIRE((o.metric == options.metric && o.precision == options.precision));
    REQUIRE(o.seed == options.seed);
  }
}

TEST_CASE("a text that is too long is refused, with its length and the limit", "[store]") {
  Refuser refuser;
  for (const TextField& field : kTextFields) {
    Pattern p = patternWithId("b");
    field.set(p, std::string(field.most + 1, ' '));
    refuser.refuses(p,
                    {std::string(field.name) + " has " + std::to_string(field.most + 1) + " bytes",
                     std::to_string(field.most)});
  }
  refuser.refuses(patternWithId(""), {"id has 0 bytes, but must have 1 to 1024"});
}

TEST_CASE("a text that is not UTF-8 is refused, in every field", "[store]") {
  Refuser refuser;
  for (const TextField& field : kTextFields) {
    for (const char* text : kNotUtf8) {
      for (const bool known : {true, false}) {
        Pattern p = patternWithId(known ? "a" : "b");
        field.set(p, text);
        refuser.refuses(p, {std::string(field.name) + " is not valid UTF-8"});
      }
    }
  }
  Pattern p = patternWithId("b");
  p.metadata = "{\"a\":\"\xED\xA0\x80\"}";
  refuser.refuses(p, {"metadata is not valid UTF-8"});
}

TEST_CASE("metadata that is not the text of a JSON object is refused", "[store]") {
  Refuser refuser;
  for (const char* text : {"",
                           " ",
                           "null",
                           "true",
                           "1",
                           "\"{}\"",
                           "[]",
                           "[{}]",
                           "{",
                           "}",
                           "{}{}",
                           "{} x",
                           "x{}",
                           "{,}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{\"a\":1 \"b\":2}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":NaN}",
                           "{\"a\":Infinity}",
                           "{\"a\":undefined}",
                           "{\"a\":nul}",
                           "{\"a\":[1,]}",
                           "{\"a\":[}",
                           "{\"a\":[1}}",
                           "{\"a\":\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\udc00\"}",
                           "{\"a\":\"\\ud800\\u0041\"}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":1}/**/",
                           "\xEF\xBB\xBF{}"}) {
    Pattern p = patternWithId("b");
    p.metadata = text;
    INFO("metadata " << text);
    refuser.refuses(p, {"metadata is not the text of a JSON object"});
  }
  Pattern nul = patternWithId("b");
  nul.metadata = std::string("{\"a\":1}\0", 8);
  refuser.refuses(nul, {"metadata is not the text of a JSON object"});
}

TEST_CASE("metadata that is the text of a JSON object is kept as it is", "[store]") {
  for (const char* text :
       {"{}", " \t\r\n{ } ", "{\"\":null}", "{\"a\":1,\"a\":2}", "{\"a\":-0.0e-10}",
        "{\"a\":[[],{},[{}]]}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83E\\uddea\"}",
        "{\"a\":1E400}", "{\"a\":true,\"b\":false,\"c\":[1,2.5,3e+7]}",
        "{\"\xE6\xB8\xAC\":\"\xF0\x9F\xA7\xAA\x7F\"}"}) {
    Pattern p = patternWithId("b");
    p.metadata = text;
    Refuser refuser;
    INFO("metadata " << text);
    REQUIRE(refuser.store().upsert(p, kVector));
    REQUIRE(refuser.store().get("b").value().value().metadata == text);
  }
}

TEST_CASE("nesting as deep as a text is long is no danger", "[store]") {
  const std::size_t depth = 4 << 20;
  std::string text = "{\"a\":";
  text.append(depth, '[').append(depth, ']').append("}");
  REQUIRE(isJsonObject(text));
  text.pop_back();
  REQUIRE_FALSE(isJsonObject(text));
}

TEST_CASE("numbers that are not numbers are refused", "[store]") {
  Refuser refuser;
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    Pattern p = patternWithId("b");
    p.coverage = bad;
    refuser.refuses(p, {"coverage is ", "must be finite"});
    p.coverage = 1;
    p.flakinessScore = bad;
    refuser.refuses(p, {"flakinessScore is ", "must be finite"});
  }
  for (const int verdict : {0, 4, 255}) {
    Pattern p = patternWithId("b");
    p.verdict = static_cast<Verdict>(verdict);
    refuser.refuses(p, {"verdict is " + std::to_string(verdict) + ", but must be within [1, 3]"});
  }
}

TEST_CASE("an embedding that cannot be stored is refused, for new ids and known ones", "[store]") {
  Refuser refuser;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const char* id : {"a", "b"}) {
    refuser.refuses(patternWithId(id), {}, {"embedding has 0 components", "dimension is 4"});
    refuser.refuses(patternWithId(id), {1, 2, 3}, {"embedding has 3 components", "dimension is 4"});
    refuser.refuses(patternWithId(id), {1, 2, 3, 4, 5}, {"embedding has 5", "dimension is 4"});
    refuser.refuses(patternWithId(id), {1, nan, 3, 4}, {"embedding[1] is nan", "finite"});
    refuser.refuses(patternWithId(id), {1, 2, 3, -HUGE_VALF}, {"embedding[3] is -inf", "finite"});
    refuser.refuses(patternWithId(id), {0, 0, 0, 0}, {"embedding is the zero vector", "cosine"});
  }
}

TEST_CASE("a use that can no longer be counted is refused", "[store]") {
  Refuser refuser;
  Pattern p = patternWithId("b");
  p.usageCount = UINT64_MAX - 1;
  REQUIRE(refuser.store().upsert(p, kVector));
  REQUIRE(refuser.store().recordUsage("b", std::nullopt, 1).value());
  const auto before = refuser.store().saveToBytes().value();
  requireRefused(refuser.store().recordUsage("b", Verdict::failure, 2),
                 {"usageCount is 18446744073709551615"});
  REQUIRE(refuser.store().saveToBytes().value() == before);
}

TEST_CASE("an outcome that is no verdict is refused", "[store]") {
  Refuser refuser;
  const auto before = refuser.store().saveToBytes().value();
  requireRefused(refuser.store().recordUsage("a", static_cast<Verdict>(9), 2), {"outcome is 9"});
  REQUIRE(refuser.store().saveToBytes().value() == before);
}

TEST_CASE("names of enumerators go both ways", "[store]") {
  for (const Metric m : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    REQUIRE(parseMetric(metricName(m)).value() == m);
  }
  for (const Precision p : {Precision::fixed16, Precision::float32}) {
    REQUIRE(parsePrecision(precisionName(p)).value() == p);
  }
  for (const Verdict v : {Verdict::success, Verdict::failure, Verdict::flaky}) {
    REQUIRE(parseVerdict(verdictName(v)).value() == v);
  }
  requireRefused(parseMetric("l2"), {"metric is \"l2\"", "cosine, euclidean, dot"});
  requireRefused(parsePrecision("Float32"), {"precision is \"Float32\"", "fixed16, float32"});
  requireRefused(parseVerdict(""), {"verdict is \"\"", "success, failure, flaky"});
  REQUIRE(searchPlanName(SearchPlan::graphThenScan) == "graph-then-scan");
  REQUIRE(errorCodeName(ErrorCode::snapshotTooNew) == "SNAPSHOT_TOO_NEW");
}
