// Filter expressions beside a plain evaluation of the same expression on the patterns themselves.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"
#include "support/small_store.hpp"
#include "unit/ordered.hpp"
#include "unit/shortage.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x66696c74657273;
constexpr std::uint32_t kDimension = 6;
using Field = FilterField;
using Op = FilterOperator;

// The fields of a pattern: a text, a number (as wide as can be), or nothing.
using Value = std::variant<std::monostate, std::string, long double>;

template <typename T>
Value numberOf(const std::optional<T>& value) {
  if (!value) return {};
  return static_cast<long double>(*value);
}

Value fieldOf(const Pattern& p, Field field) {
  switch (field) {
    case Field::id:
      return p.id;
    case Field::type:
      return p.type;
    case Field::domain:
      return p.domain;
    case Field::framework:
      return p.framework ? Value(*p.framework) : Value();
    case Field::verdict:
      return p.verdict ? Value(std::string(verdictName(*p.verdict))) : Value();
    case Field::coverage:
      return numberOf(p.coverage);
    case Field::flakinessScore:
      return numberOf(p.flakinessScore);
    case Field::createdAt:
      return numberOf(p.createdAt);
    case Field::lastUsed:
      return numberOf(p.lastUsed);
    case Field::usageCount:
      return static_cast<long double>(p.usageCount);
    case Field::metadata:  // metadata_test.cpp
      break;
  }
  return {};
}

bool compared(const FilterTerm& term, const Pattern& p) {
  const Value value = fieldOf(p, term.field);
  if (std::holds_alternative<std::monostate>(value)) return false;
  if (term.op == Op::exists) return true;
  for (const FilterValue& wanted : term.values) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto& other = std::get<std::string>(wanted);
      if (term.op == Op::prefix ? text->rfind(other, 0) == 0 : ordered(term.op, *text, other)) {
        return true;
      }
    } else if (ordered(term.op, std::get<long double>(value),
                       static_cast<long double>(std::get<double>(wanted)))) {
      return true;
    }
  }
  return false;
}

// A tree, evaluated as it is written; the filter under test is made of it.
struct Tree {
  FilterTerm term;
  std::vector<Tree> operands;

  bool holds(const Pattern& p) const {
    const auto one = [&](const Tree& t) { return t.holds(p); };
    if (term.op == Op::all) return std::all_of(operands.begin(), operands.end(), one);
    if (term.op == Op::any) return std::any_of(operands.begin(), operands.end(), one);
    if (term.op == Op::negation) return !operands[0].holds(p);
    return compared(term, p);
  }
  Filter filter() const {
    std::vector<Filter> filters;
    for (const Tree& t : operands) filters.push_back(t.filter());
    if (term.op == Op::all) return Filter::all(filters);
    if (term.op == Op::any) return Filter::any(filters);
    if (term.op == Op::negation) return Filter::negation(filters[0]);
    if (term.op == Op::exists) return Filter::exists(term.field);
    if (term.op == Op::oneOf) return Filter::oneOf(term.field, term.values);
    return Filter::compare(term.field, term.op, term.values[0]);
  }
};

class Trees {
 public:
  explicit Trees(std::uint64_t seed) : random_(seed) {}

  Tree any(std::size_t depth) {
    if (depth == 0 || random_.below(3) == 0) return comparison();
    Tree tree;
    tree.term.op = static_cast<Op>(static_cast<std::uint32_t>(Op::all) + random_.below(3));
    const std::size_t count = tree.term.op == Op::negation ? 1 : 1 + random_.below(4);
    for (std::size_t i = 0; i < count; ++i) tree.operands.push_back(any(depth - 1));
    return tree;
  }

 private:
  Tree comparison() {
    FilterTerm term;
    term.field = static_cast<Field>(random_.below(10));
    const bool text = term.field <= Field::framework, verdict = term.field == Field::verdict;
    do {
      term.op = static_cast<Op>(random_.below(static_cast<std::uint32_t>(Op::all)));
    } while ((term.op == Op::prefix && !text) ||
             (verdict && term.op >= Op::less && term.op <= Op::greaterOrEqual));
    std::size_t values = term.op == Op::oneOf ? 1 + random_.below(3) : 1;
    if (term.op == Op::exists) values = 0;
    while (values-- > 0) term.values.push_back(valueFor(term.field, term.op));
    return {term, {}};
  }

  // Mostly one that some pattern has; sometimes beside it, or one that none has.
  FilterValue valueFor(Field field, Op op) {
    if (field == Field::verdict) return std::string(verdictName(Verdict(1 + random_.below(3))));
    const Value value = fieldOf(smallPattern(random_.below(300)), field);
    if (const auto* text = std::get_if<std::string>(&value)) {
      // No cut is inside of a character.
      constexpr std::size_t kCuts[] = {0, 1, 3};
      return op == Op::prefix ? text->substr(0, kCuts[random_.below(3)]) : *text;
    }
    if (field <= Field::framework) return std::string("f9");
    const auto* number = std::get_if<long double>(&value);
    const double near = number != nullptr ? static_cast<double>(*number) : 5e300;
    return near + (random_.below(4) == 0 ? 0.5 : 0.0);
  }

  Random random_;
};

std::vector<Pattern> patternsOf(const PatternStore& store) {
  std::vector<Pattern> patterns;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    patterns.push_back(*store.patternAt(*slot).value());
  }
  return patterns;
}

// The ids that a scan for as many as there are finds, in order.
std::vector<std::string> found(const PatternStore& store, const SearchOptions& options) {
  std::vector<std::string> ids;
  const auto hits = store.search(smallVector(3, kDimension), options);
  INFO((hits ? "" : hits.error().message));
  REQUIRE(hits.has_value());
  for (const SearchHit& hit : *hits) ids.push_back(hit.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string refusal(const Filter& filter) {
  SearchOptions options;
  options.filter = filter;
  const auto valid = validate(options);
  if (valid) return "";
  REQUIRE(valid.error().code == ErrorCode::invalidArgument);
  return valid.error().message;
}

// How many of the one pattern's fields are as the comparison says.
bool matches(const Pattern& pattern, const Filter& filter) {
  auto store = PatternStore::create(smallOptions(kDimension)).value();
  REQUIRE(store.upsert(pattern, smallVector(1, kDimension)));
  SearchOptions options;
  options.filter = filter;
  return store.count(options).value() == 1;
}

}  // namespace

TEST_CASE("filters let through what a plain evaluation does, in every plan", "[filter]") {
  INFO("seed " << kSeed);
  Trees trees(kSeed);
  const PatternStore store = smallStore(smallOptions(kDimension), 400);
  const std::vector<Pattern> patterns = patternsOf(store);
  std::size_t some = 0;
  for (std::size_t n = 0; n < 1500 / kSlowTarget; ++n) {
    const Tree tree = trees.any(n % 5);
    SearchOptions options;
    options.filter = tree.filter();
    if (n % 4 == 1) options.domain = "d1";
    if (n % 4 == 2) options.type = "fix";
    if (n % 4 == 3) options.framework = "f1";
    std::vector<std::string> expected;
    for (const Pattern& p : patterns) {
      if (options.domain && p.domain != *options.domain) continue;
      if (options.type && p.type != *options.type) continue;
      if (options.framework && p.framework != options.framework) continue;
      if (tree.holds(p)) expected.push_back(p.id);
    }
    std::sort(expected.begin(), expected.end());
    INFO("filter " << n);
    REQUIRE(store.count(options).value() == expected.size());
    options.k = patterns.size();
    REQUIRE(found(store, options) == expected);
    options.k = 5;  // a walk, when many match
    const auto few = found(store, options);
    REQUIRE(few.size() == std::min<std::size_t>(5, expected.size()));
    REQUIRE(std::includes(expected.begin(), expected.end(), few.begin(), few.end()));
    some += !expected.empty() && expected.size() < patterns.size() ? 1 : 0;
  }
  REQUIRE(some > 500 / kSlowTarget);
}

TEST_CASE("a comparison of an absent field is false, and its negation true", "[filter]") {
  const Pattern bare = patternWithId("bare");
  for (const Field field : {Field::framework, Field::verdict, Field::coverage,
                            Field::flakinessScore, Field::createdAt, Field::lastUsed}) {
    const FilterValue value = field == Field::verdict     ? FilterValue("success")
                              : field == Field::framework ? FilterValue("x")
                                                          : FilterValue(1.0);
    for (const Op op : {Op::equal, Op::notEqual}) {
      const Filter compared = Filter::compare(field, op, value);
      REQUIRE_FALSE(matches(bare, compared));
      REQUIRE(matches(bare, Filter::negation(compared)));
    }
    REQUIRE_FALSE(matches(bare, Filter::oneOf(field, {value})));
    REQUIRE_FALSE(matches(bare, Filter::exists(field)));
  }
  for (const Field field : {Field::id, Field::type, Field::domain, Field::usageCount}) {
    REQUIRE(matches(bare, Filter::exists(field)));
  }
  REQUIRE(matches(bare, Filter::compare(Field::domain, Op::notEqual, "x")));
  REQUIRE(matches(bare, Filter::compare(Field::domain, Op::prefix, "")));
}

TEST_CASE("whole numbers are compared exactly, beyond what a double holds", "[filter]") {
  Pattern p = patternWithId("p");
  const auto is = [&](Field field, Op op, double value) {
    return matches(p, Filter::compare(field, op, value));
  };
  p.createdAt = (std::int64_t{1} << 53) + 1;
  REQUIRE_FALSE(is(Field::createdAt, Op::equal, 0x1p53));
  REQUIRE(is(Field::createdAt, Op::greater, 0x1p53));
  REQUIRE(is(Field::createdAt, Op::less, 0x1p53 + 2));
  p.createdAt = std::numeric_limits<std::int64_t>::max();
  REQUIRE(is(Field::createdAt, Op::less, 0x1p63));
  p.createdAt = std::numeric_limits<std::int64_t>::min();
  REQUIRE(is(Field::createdAt, Op::equal, -0x1p63));
  REQUIRE(is(Field::createdAt, Op::greater, -0x1.0000000000001p63));
  p.createdAt = -3;
  REQUIRE(is(Field::createdAt, Op::greater, -3.5));
  REQUIRE(is(Field::createdAt, Op::less, -2.5));
  p.usageCount = std::numeric_limits<std::uint64_t>::max();
  REQUIRE(is(Field::usageCount, Op::less, 0x1p64));
  REQUIRE(is(Field::usageCount, Op::greater, -1));
  REQUIRE(is(Field::usageCount, Op::greater, 0x1.fffffffffffffp63));
  p.coverage = -0.0;
  REQUIRE(is(Field::coverage, Op::equal, 0.0));
}

TEST_CASE("a filter that is none is refused", "[filter]") {
  const Filter leaf = Filter::exists(Field::id);
  REQUIRE(refusal(leaf).empty());
  REQUIRE(refusal({}) == "filter has 0 terms, but must have 1 to 256");
  REQUIRE(refusal({{leaf.terms[0], leaf.terms[0]}}) ==
          "filter has 2 conditions that nothing joins");
  REQUIRE(refusal(Filter::all({})) == "filter term 0 (and) has 0 operands, but needs at least 1");
  REQUIRE(refusal({{{Op::negation, {}, {}, 1}}}) ==
          "filter term 0 (not) has 1 operands, but only 0 terms before it are left");
  REQUIRE(refusal({{leaf.terms[0], leaf.terms[0], {Op::negation, {}, {}, 2}}}) ==
          "filter term 2 (not) has 2 operands, but needs 1");
  REQUIRE(refusal({{leaf.terms[0], {Op::any, {}, {"x"}, 1}}}) ==
          "filter term 1 (or) has values, but needs none");
  REQUIRE(refusal({{{Op::exists, Field::id, {}, 1}}}) ==
          "filter term 0 (exists id) is a comparison, and has no operands");
  REQUIRE(refusal({{{static_cast<Op>(12), Field::id, {}, 0}}}) ==
          "filter term 0 (unknown) has an operator or a field that does not exist");
  REQUIRE(refusal({{{Op::exists, static_cast<Field>(11), {}, 0}}}) ==
          "filter term 0 (exists unknown) has an operator or a field that does not exist");
  REQUIRE(refusal(Filter::compare(Field::coverage, Op::less, "x")) ==
          "filter term 0 (lt coverage) needs a number, not a text");
  REQUIRE(refusal(Filter::compare(Field::id, Op::equal, 1.0)) ==
          "filter term 0 (eq id) needs a text, not a number");
  REQUIRE(refusal(Filter::compare(Field::usageCount, Op::equal, std::nan(""))) ==
          "filter term 0 (eq usageCount) needs a finite number");
  REQUIRE(refusal(Filter::compare(Field::usageCount, Op::prefix, 1.0)) ==
          "filter term 0 (prefix usageCount) needs a field that is a text");
  REQUIRE(refusal(Filter::compare(Field::verdict, Op::less, "flaky")) ==
          "filter term 0 (lt verdict) compares verdicts, which have no order");
  REQUIRE(refusal(Filter::compare(Field::verdict, Op::equal, "good")).find("one of: success") !=
          std::string::npos);
  REQUIRE(refusal(Filter::compare(Field::id, Op::equal, std::string(1025, 'x'))) ==
          "filter term 0 (eq id) has a text of 1025 bytes, but the limit is 1024");
  REQUIRE(refusal(Filter::compare(Field::id, Op::equal, "\xff")) ==
          "filter term 0 (eq id) has a text that is not valid UTF-8");
  REQUIRE(refusal(Filter::oneOf(Field::id, {})) ==
          "filter term 0 (in id) has 0 values, but needs 1 to 256");
  REQUIRE(refusal(Filter::oneOf(Field::id, std::vector<FilterValue>(256, "x"))).empty());
  REQUIRE_FALSE(refusal(Filter::oneOf(Field::id, std::vector<FilterValue>(257, "x"))).empty());
  REQUIRE(refusal(Filter::all(std::vector<Filter>(255, leaf))).empty());
  REQUIRE(refusal(Filter::all(std::vector<Filter>(256, leaf))) ==
          "filter has 257 terms, but must have 1 to 256");
  Filter deep = leaf;
  for (int i = 1; i < 16; ++i) deep = Filter::negation(deep);
  REQUIRE(refusal(deep).empty());
  REQUIRE(refusal(Filter::all({leaf, deep})) ==
          "filter term 17 (and) is nested 17 deep, but the limit is 16");
  SearchOptions options;
  options.filter = Filter{};
  const PatternStore store = smallStore(smallOptions(kDimension), 3);
  REQUIRE(store.count(options).error().code == ErrorCode::invalidArgument);
}

TEST_CASE("when memory runs out while a filter is evaluated, the answer says so", "[filter]") {
  const auto bytes = smallStore(smallOptions(kDimension), 40).saveToBytes().value();
  SearchOptions options;
  options.filter = Filter::any({Filter::compare(Field::domain, Op::prefix, "d"),
                                Filter::negation(Filter::exists(Field::coverage))});
  const auto query = smallVector(1, kDimension);
  failEachAllocation(bytes, [&](PatternStore& store, std::size_t successes, Shortage shortage) {
    return runsOut(successes, shortage, [&] { return store.search(query, options); });
  });
}
