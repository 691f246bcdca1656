// Declared metadata fields: what is taken, what is refused, and what filters make of it, beside a
// plain evaluation of the same comparison.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "unit/ordered.hpp"

namespace {

using namespace damask;
using namespace damask::testing;
using nlohmann::json;
using Op = FilterOperator;

constexpr std::uint64_t kSeed = 0x6d65746164617461;
constexpr std::uint32_t kDimension = 4;

StoreOptions options() {
  StoreOptions o;
  o.dimension = kDimension;
  o.hnsw = {4, 16, 8};
  o.indexingThreshold = 0;
  o.metadataFields = {{"name", MetadataKind::string},
                      {"rank", MetadataKind::number},
                      {"done", MetadataKind::boolean},
                      {"tags", MetadataKind::stringList},
                      {"a\"\xC3\xA9\n", MetadataKind::number}};
  return o;
}

FilterSubject field(const std::string& name) {
  return {FilterField::metadata, name};
}

std::vector<float> vectorOf(Random& random) {
  std::vector<float> v(kDimension);
  for (float& x : v) x = static_cast<float>(random.between(1, 1000));
  return v;
}

Pattern patternOf(const std::string& id, const std::string& metadata) {
  Pattern p = patternWithId(id);
  p.metadata = metadata;
  return p;
}

std::set<std::string> idsOf(const PatternStore& store, const Filter& filter) {
  SearchOptions search;
  search.filter = filter;
  std::set<std::string> ids;
  const std::vector<std::uint32_t> slots = store.matches(search).value();
  for (const std::uint32_t slot : slots) {
    ids.insert(std::string(store.idOf(slot)));
  }
  REQUIRE(store.count(search).value() == ids.size());
  return ids;
}

/// What must be refused, and how; the store stays as it was.
void requireRefused(const std::string& metadata, const std::string& message) {
  PatternStore store = PatternStore::create(options()).value();
  const float v[kDimension] = {1, 2, 3, 4};
  const auto refused = store.upsert(patternOf("a", metadata), v);
  CAPTURE(metadata);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalidArgument);
  CHECK_THAT(refused.error().message, Catch::Matchers::Contains(message));
  CHECK(store.check(patternOf("a", metadata), v).error().message == refused.error().message);
  CHECK(store.stage(patternOf("a", metadata), v).error().message == refused.error().message);
  CHECK(store.size() == 0);
  CHECK(store.stats().slots == 0);
  CHECK(store.stats().sequence == 0);
}

}  // namespace

TEST_CASE("declarations of metadata fields have limits", "[metadata]") {
  const auto refusal = [](std::vector<MetadataField> fields) {
    StoreOptions o = options();
    o.metadataFields = std::move(fields);
    const auto store = PatternStore::create(o);
    REQUIRE_FALSE(store);
    REQUIRE(store.error().code == ErrorCode::invalidArgument);
    return store.error().message;
  };
  using Catch::Matchers::Contains;
  const auto kString = MetadataKind::string;
  std::vector<MetadataField> many;
  for (int i = 0; i < 65; ++i) many.push_back({std::to_string(i), kString});
  CHECK_THAT(refusal(many), Contains("metadataFields are 65, but may be at most 64"));
  CHECK_THAT(refusal({{"", kString}}), Contains("metadataFields[0].name has 0 bytes"));
  CHECK_THAT(refusal({{"x", kString}, {std::string(129, 'x'), kString}}),
             Contains("metadataFields[1].name has 129 bytes, but must have 1 to 128"));
  CHECK_THAT(refusal({{"\xff", kString}}), Contains("not valid UTF-8"));
  CHECK_THAT(refusal({{"x", static_cast<MetadataKind>(4)}}),
             Contains("metadataFields[0].kind is 4"));
  CHECK_THAT(refusal({{"x", kString}, {"y", kString}, {"x", MetadataKind::number}}),
             Contains("metadataFields[2].name is \"x\", which is there already"));
  many.pop_back();
  many[0].name = std::string(128, 'x');
  StoreOptions most = options();
  most.metadataFields = many;
  REQUIRE(PatternStore::create(most));
}

TEST_CASE("metadata of another kind than declared is refused by name", "[metadata]") {
  requireRefused(R"({"name":7})", "metadata.name is a number, but is declared as a string");
  requireRefused(R"({"name":null})", "metadata.name is null, but is declared as a string");
  requireRefused(R"({"rank":"7"})", "metadata.rank is a string, but is declared as a number");
  requireRefused(R"({"rank":{"name":"x"}})", "metadata.rank is an object, but is declared as a");
  requireRefused(R"({"rank":-1e400})", "metadata.rank is beyond the numbers that a double has");
  requireRefused(R"({"done":0})", "metadata.done is a number, but is declared as a boolean");
  requireRefused(R"({"done":[true]})", "metadata.done is an array, but is declared as a boolean");
  requireRefused(R"({"tags":"x"})", "metadata.tags is a string, but is declared as a string-list");
  requireRefused(R"({"tags":["x",["y"]]})", "metadata.tags has an array at index 1, but is");
  requireRefused(R"({"rank":1,"x":0,"rank":1})", "metadata.rank is there twice");
  requireRefused(R"({"n\u0061me":"x","name":"x"})", "metadata.name is there twice");
  requireRefused(json{{"name", std::string(1025, 'x')}}.dump(),
                 "metadata.name has a string of 1025 bytes, but must have at most 1024");
  requireRefused(json{{"tags", {std::string(1025, 'x')}}}.dump(), "metadata.tags has a string of");
  requireRefused(json{{"tags", std::vector<std::string>(257, "x")}}.dump(),
                 "metadata.tags has more than 256 strings");
  PatternStore store = PatternStore::create(options()).value();
  const float v[kDimension] = {1, 2, 3, 4};
  for (const auto& taken :
       {json{{"name", std::string(1024, 'x')}, {"tags", std::vector<std::string>(256, "x")}}.dump(),
        std::string(R"({"other":{"rank":"x","done":[{"name":null}]}})"), std::string("{}"),
        std::string(" {\"rank\" :\t1.7976931348623157e308 ,\"done\": false }\n")}) {
    CAPTURE(taken);
    REQUIRE(store.upsert(patternOf("a", taken), v));
  }
}

TEST_CASE("metadata is read as JSON means it", "[metadata]") {
  PatternStore store = PatternStore::create(options()).value();
  Random random(kSeed);
  const auto put = [&](const std::string& id, const std::string& metadata) {
    REQUIRE(store.upsert(patternOf(id, metadata), vectorOf(random)));
  };
  put("escaped", R"({"n\u0061me":"\u00e9\ud83e\uddf5\"\\\/\b\f\n\r\t","a\"\u00E9\n":-0.5e1})");
  put("nested", R"({"x":{"name":"x","tags":["x"]},"y":[{"rank":1},"}]"],"tags":[ ]})");
  put("small", R"({"rank":1e-400,"done":true,"tags":["x" , "y]","\u0079\""]})");
  put("large", R"({"rank":123456789012345678901234567890,"done":false})");
  using Ids = std::set<std::string>;
  const std::string decoded = "\xC3\xA9\xF0\x9F\xA7\xB5\"\\/\b\f\n\r\t";
  CHECK(idsOf(store, Filter::compare(field("name"), Op::equal, decoded)) == Ids{"escaped"});
  CHECK(idsOf(store, Filter::compare(field("a\"\xC3\xA9\n"), Op::equal, -5.0)) == Ids{"escaped"});
  CHECK(idsOf(store, Filter::exists(field("name"))) == Ids{"escaped"});
  CHECK(idsOf(store, Filter::exists(field("tags"))) == Ids{"nested", "small"});
  CHECK(idsOf(store, Filter::compare(field("rank"), Op::equal, 0.0)) == Ids{"small"});
  CHECK(idsOf(store, Filter::compare(field("rank"), Op::equal, 123456789012345678901234567890.0)) ==
        Ids{"large"});
  CHECK(idsOf(store, Filter::compare(field("tags"), Op::equal, "y\"")) == Ids{"small"});
  CHECK(idsOf(store, Filter::compare(field("tags"), Op::prefix, "y")) == Ids{"small"});
  CHECK(idsOf(store, Filter::compare(field("tags"), Op::notEqual, "x")) == Ids{"nested"});
  CHECK(idsOf(store, Filter::compare(field("done"), Op::notEqual, true)) == Ids{"large"});
  CHECK(idsOf(store, Filter::oneOf(field("done"), {true, false})) == Ids{"large", "small"});
}

TEST_CASE("comparisons that do not fit a metadata field are refused by name", "[metadata]") {
  const PatternStore store = PatternStore::create(options()).value();
  const auto refusal = [&](const Filter& filter) {
    SearchOptions search;
    search.filter = filter;
    const auto count = store.count(search);
    REQUIRE_FALSE(count);
    const float q[kDimension] = {1, 2, 3, 4};
    CHECK(store.search(q, search).error().message == count.error().message);
    CHECK(store.matches(search).error().message == count.error().message);
    return count.error().message;
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(refusal(Filter::exists(field("other"))),
             Contains("(exists metadata.other) names a metadata field that is not declared"));
  CHECK_THAT(refusal(Filter::exists(field(""))), Contains("is not declared"));
  CHECK_THAT(refusal(Filter::compare(field("name"), Op::equal, 1.0)),
             Contains("needs a text, not a number"));
  CHECK_THAT(refusal(Filter::compare(field("rank"), Op::equal, true)),
             Contains("needs a number, not a boolean"));
  CHECK_THAT(refusal(Filter::compare(field("done"), Op::equal, "true")),
             Contains("needs a boolean, not a text"));
  CHECK_THAT(refusal(Filter::compare(field("done"), Op::less, true)),
             Contains("compares booleans, which have no order"));
  CHECK_THAT(refusal(Filter::compare(field("tags"), Op::greater, "x")),
             Contains("compares lists, which have no order"));
  CHECK_THAT(refusal(Filter::compare(field("rank"), Op::prefix, 1.0)),
             Contains("needs a field that is a text"));
  CHECK_THAT(refusal(Filter::compare(FilterField::coverage, Op::equal, true)),
             Contains("needs a number, not a boolean"));
  Filter keyed = Filter::exists(FilterField::id);
  keyed.terms[0].key = "name";
  CHECK_THAT(refusal(keyed), Contains("has a key, and needs none"));
  CHECK(parseFilterSubject("metadata.a.b").value().key == "a.b");
  CHECK_THAT(parseFilterSubject("metadata").error().message, Contains("\"metadata.\""));
}

namespace {

const std::vector<std::string> kWords = {"", "a", "ab", "b", "\xC3\xA9", "slow", "slower"};

/// Metadata in which each field is there or not.
json randomMetadata(Random& random) {
  json m = json::object();
  const auto word = [&] { return kWords[random.below(static_cast<std::uint32_t>(kWords.size()))]; };
  if (random.below(4) != 0) m["name"] = word();
  if (random.below(4) != 0) m["rank"] = random.between(-8, 8) / 4.0;
  if (random.below(4) != 0) m["done"] = random.below(2) == 0;
  if (random.below(4) != 0) {
    m["tags"] = json::array();
    for (std::uint32_t n = random.below(4); n > 0; --n) m["tags"].push_back(word());
  }
  return m;
}

bool textHolds(const FilterTerm& term, const std::string& text) {
  return std::any_of(term.values.begin(), term.values.end(), [&](const FilterValue& value) {
    const auto& wanted = std::get<std::string>(value);
    return term.op == Op::prefix ? text.rfind(wanted, 0) == 0 : ordered(term.op, text, wanted);
  });
}

bool holds(const FilterTerm& term, const json& metadata) {
  const auto found = metadata.find(term.key);
  if (found == metadata.end()) return false;
  if (term.op == Op::exists) return true;
  const auto any = [&](const auto& of) {
    return std::any_of(term.values.begin(), term.values.end(), of);
  };
  if (found->is_string()) return textHolds(term, found->get<std::string>());
  if (found->is_boolean()) {
    return any([&](const FilterValue& value) {
      return ordered(term.op, found->get<bool>(), std::get<bool>(value));
    });
  }
  if (found->is_number()) {
    return any([&](const FilterValue& value) {
      return ordered(term.op, found->get<double>(), std::get<double>(value));
    });
  }
  FilterTerm asked = term;
  if (term.op == Op::notEqual) asked.op = Op::equal;
  const bool some = std::any_of(found->begin(), found->end(), [&](const json& text) {
    return textHolds(asked, text.get<std::string>());
  });
  return some != (term.op == Op::notEqual);
}

FilterTerm randomTerm(Random& random) {
  FilterTerm term;
  term.field = FilterField::metadata;
  const std::uint32_t which = random.below(4);
  term.key = std::vector<std::string>{"name", "rank", "done", "tags"}[which];
  const std::vector<Op> ops =
      which == 0
          ? std::vector<Op>{Op::equal,   Op::notEqual,       Op::oneOf,  Op::less,  Op::lessOrEqual,
                            Op::greater, Op::greaterOrEqual, Op::prefix, Op::exists}
      : which == 1 ? std::vector<Op>{Op::equal,       Op::notEqual, Op::oneOf,          Op::less,
                                     Op::lessOrEqual, Op::greater,  Op::greaterOrEqual, Op::exists}
      : which == 2 ? std::vector<Op>{Op::equal, Op::notEqual, Op::oneOf, Op::exists}
                   : std::vector<Op>{Op::equal, Op::notEqual, Op::oneOf, Op::prefix, Op::exists};
  term.op = ops[random.below(static_cast<std::uint32_t>(ops.size()))];
  const std::uint32_t values = term.op == Op::exists  ? 0
                               : term.op == Op::oneOf ? 1 + random.below(3)
                                                      : 1;
  for (std::uint32_t i = 0; i < values; ++i) {
    if (which == 1) {
      term.values.emplace_back(random.between(-9, 9) / 4.0);
    } else if (which == 2) {
      term.values.emplace_back(random.below(2) == 0);
    } else {
      term.values.emplace_back(kWords[random.below(static_cast<std::uint32_t>(kWords.size()))]);
    }
  }
  return term;
}

void requireSame(const PatternStore& store, const std::map<std::string, json>& expected,
                 Random& random, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const FilterTerm first = randomTerm(random), second = randomTerm(random);
    const bool both = random.below(2) == 0;
    const Filter filter = both ? Filter::all({Filter{{first}}, Filter::negation(Filter{{second}})})
                               : Filter::any({Filter{{first}}, Filter{{second}}});
    std::set<std::string> ids;
    for (const auto& [id, metadata] : expected) {
      const bool a = holds(first, metadata), b = holds(second, metadata);
      if (both ? a && !b : a || b) ids.insert(id);
    }
    INFO("seed " << kSeed << ", " << filterOperatorName(first.op) << " " << first.key << ", "
                 << filterOperatorName(second.op) << " " << second.key);
    REQUIRE(idsOf(store, filter) == ids);
  }
}

}  // namespace

TEST_CASE("metadata filters let through what a plain evaluation does", "[metadata]") {
  Random random(kSeed);
  PatternStore store = PatternStore::create(options()).value();
  std::map<std::string, json> expected;
  const auto put = [&](std::uint32_t id) {
    const json metadata = randomMetadata(random);
    REQUIRE(store.upsert(patternOf(std::to_string(id), metadata.dump()), vectorOf(random)));
    expected[std::to_string(id)] = metadata;
  };
  for (std::uint32_t id = 0; id < 150; ++id) put(id);
  requireSame(store, expected, random, 60);
  for (int i = 0; i < 60; ++i) {
    const std::uint32_t id = random.below(150);
    if (i % 3 == 0) {
      store.remove(std::to_string(id)).value();
      expected.erase(std::to_string(id));
    } else {
      put(id);
    }
    requireSame(store, expected, random, 2);
  }
  REQUIRE(store.beginRebuild());
  while (!store.stepRebuild(20).value()) continue;
  REQUIRE(store.stage(patternOf("staged", R"({"done":true,"tags":["a"]})"), vectorOf(random)));
  requireSame(store, expected, random, 20);
  store.commitStaged();
  expected["staged"] = json{{"done", true}, {"tags", {"a"}}};
  requireSame(store, expected, random, 20);
  while (!store.stepRebuild(20).value()) continue;
  REQUIRE(store.finishRebuild());
  requireSame(store, expected, random, 40);
  const auto bytes = store.saveToBytes().value();
  const PatternStore opened = PatternStore::open(bytes).value();
  REQUIRE(opened.options().metadataFields == options().metadataFields);
  requireSame(opened, expected, random, 40);
  REQUIRE(opened.saveToBytes().value() == bytes);
  REQUIRE(inspectSnapshot(bytes).value().options.metadataFields == options().metadataFields);
}

TEST_CASE("an answer is not remembered beyond a change", "[metadata]") {
  Random random(kSeed);
  PatternStore store = PatternStore::create(options()).value();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(store.upsert(patternWithId(std::to_string(i)), vectorOf(random)));
  }
  const Filter used = Filter::compare(FilterField::usageCount, Op::greater, 0.0);
  const Filter failed = Filter::compare(FilterField::verdict, Op::equal, "failure");
  const Filter named = Filter::compare(field("name"), Op::equal, "x");
  using Ids = std::set<std::string>;
  CHECK(idsOf(store, used).empty());
  REQUIRE(store.recordUsage("3", Verdict::failure, 5).value());
  CHECK(idsOf(store, used) == Ids{"3"});
  CHECK(idsOf(store, failed) == Ids{"3"});
  CHECK(idsOf(store, named).empty());
  REQUIRE(store.upsert(patternOf("4", R"({"name":"x"})"), vectorOf(random)));
  CHECK(idsOf(store, named) == Ids{"4"});
  PatternStore other = PatternStore::create(options()).value();
  CHECK(idsOf(other, used).empty());
  REQUIRE(store.remove("3").value());
  CHECK(idsOf(store, used).empty());
  REQUIRE(store.clear());
  CHECK(idsOf(store, named).empty());
}
