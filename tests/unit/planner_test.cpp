// Which plan answers a search of part of a store, and how well: shares from all to none, at random,
// around the query and far from it, by fields of the record and of the metadata, with deletes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x706c616e6e6572;
constexpr std::size_t kRows = 12000 / kSlowTarget;
constexpr std::size_t kQueries = 30;
constexpr std::size_t kDimension = 24;
constexpr std::uint32_t kM = 8, kEf = 30;

const Vectors& vectors() {
  static const Vectors all = clusteredVectors(kRows + kQueries, kDimension, kSeed);
  return all;
}

// Queries of one cluster: the nearest to the first.
std::vector<std::size_t> queries() {
  std::vector<std::size_t> order(kQueries);
  std::iota(order.begin(), order.end(), kRows);
  return order;
}

enum class Where { random, near, far };
constexpr std::pair<Where, const char*> kWheres[] = {
    {Where::random, "random"}, {Where::near, "near"}, {Where::far, "far"}};

// The rank of each row by similarity to the first query, or by chance.
std::vector<std::size_t> ranksOf(Where where) {
  std::vector<std::size_t> order(kRows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (where == Where::random) {
    Random random(kSeed);
    for (std::size_t i = kRows; i > 1; --i) {
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
  } else {
    std::vector<double> scores;
    for (std::size_t row = 0; row < kRows; ++row) {
      scores.push_back(scoreOf(Metric::cosine, vectors()[kRows], vectors()[row]));
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return where == Where::near ? scores[a] > scores[b] : scores[a] < scores[b];
    });
  }
  std::vector<std::size_t> ranks(kRows);
  for (std::size_t i = 0; i < kRows; ++i) ranks[order[i]] = i;
  return ranks;
}

// "random", "near" and "far" are ranks in the metadata; coverage and the times have the same.
PatternStore makeStore() {
  StoreOptions options;
  options.dimension = kDimension;
  options.hnsw = {kM, 60, kEf};
  options.indexingThreshold = 0;
  std::map<Where, std::vector<std::size_t>> ranks;
  for (const auto& [where, name] : kWheres) {
    options.metadataFields.push_back({name, MetadataKind::number});
    ranks[where] = ranksOf(where);
  }
  PatternStore store = PatternStore::create(options).value();
  for (std::size_t row = 0; row < kRows; ++row) {
    Pattern p = patternWithId(std::to_string(row));
    std::string metadata;
    for (const auto& [where, name] : kWheres) {
      metadata += metadata.empty() ? "{\"" : ",\"";
      metadata.append(name).append("\":").append(std::to_string(ranks[where][row]));
    }
    p.metadata = metadata + "}";
    p.coverage = static_cast<double>(ranks[Where::random][row]);
    p.createdAt = static_cast<std::int64_t>(ranks[Where::near][row]);
    p.usageCount = ranks[Where::far][row];
    REQUIRE(store.upsert(p, vectors()[row]));
  }
  return store;
}

PatternStore storeWithDeletes(bool deletes) {
  static const std::vector<std::byte> bytes = makeStore().saveToBytes().value();
  PatternStore store = PatternStore::open(bytes).value();
  for (std::size_t row = 0; deletes && row < kRows; row += 7) {
    REQUIRE(store.remove(std::to_string(row)).value());
  }
  return store;
}

Filter first(FilterSubject subject, std::size_t ranks) {
  return Filter::compare(std::move(subject), FilterOperator::less, static_cast<double>(ranks));
}

struct Answers {
  Recall recall;
  std::map<SearchPlan, std::size_t> plans;
};

// k come back whenever k match, each of them a match; what says that it is exact is.
Answers ask(const PatternStore& store, SearchOptions search) {
  Answers answers;
  const auto matching = store.matches(search).value();
  const std::set<std::uint32_t> matches(matching.begin(), matching.end());
  for (const std::size_t query : queries()) {
    SearchReport report;
    search.exact = false;
    const auto hits = slotsOf(store, vectors()[query], search, &report);
    REQUIRE(hits.size() == std::min(search.k, matches.size()));
    for (const SlotHit& hit : hits) REQUIRE(matches.count(hit.slot) == 1);
    const bool walked = report.plan == SearchPlan::graph || report.plan == SearchPlan::twoHop;
    REQUIRE(report.exact == !walked);
    REQUIRE((report.plan == SearchPlan::none) == matches.empty());
    ++answers.plans[report.plan];
    search.exact = true;
    const auto truth = slotsOf(store, vectors()[query], search);
    if (report.exact) {
      for (std::size_t i = 0; i < hits.size(); ++i) REQUIRE(hits[i].slot == truth[i].slot);
    }
    if (!matches.empty()) answers.recall.add(hits, truth);
  }
  return answers;
}

}  // namespace

TEST_CASE("every share of matches is answered, wherever they are", "[planner]") {
  for (const bool deletes : {false, true}) {
    const PatternStore store = storeWithDeletes(deletes);
    for (const auto& [where, name] : kWheres) {
      const FilterField field = where == Where::random ? FilterField::coverage
                                : where == Where::near ? FilterField::createdAt
                                                       : FilterField::usageCount;
      for (const double percent : {100.0, 50.0, 25.0, 10.0, 1.0, 0.1, 0.0}) {
        const auto ranks = static_cast<std::size_t>(percent / 100 * kRows);
        INFO(percent << "% " << name << (deletes ? " with" : " without") << " deletes, seed "
                     << kSeed);
        SearchOptions search;
        search.filter = first(FilterSubject(FilterField::metadata, name), ranks);
        const Answers answers = ask(store, search);
        if (ranks != 0) CHECK(answers.recall.value() >= 0.97);
        if (percent <= 1) CHECK(answers.plans.count(SearchPlan::graph) == 0);
        // The same by a field of the record, to the last distance.
        SearchOptions same;
        same.filter = first(field, ranks);
        REQUIRE(store.matches(same).value() == store.matches(search).value());
        const Answers others = ask(store, same);
        CHECK(others.plans == answers.plans);
      }
    }
  }
}

TEST_CASE("few matches are scanned and more are walked to, from one on", "[planner]") {
  const PatternStore store = storeWithDeletes(false);
  const auto square = static_cast<std::size_t>(std::sqrt(static_cast<double>(kEf * kM * kRows)));
  const std::size_t few = std::min<std::size_t>(4 * kM * kEf, square);
  REQUIRE(few < kRows);
  const auto plansOf = [&](std::size_t matches) {
    SearchOptions search;
    search.filter = first(FilterSubject(FilterField::metadata, "random"), matches);
    REQUIRE(store.count(search).value() == matches);
    return ask(store, search).plans;
  };
  CHECK(plansOf(few) == std::map<SearchPlan, std::size_t>{{SearchPlan::scan, kQueries}});
  CHECK(plansOf(few + 1).count(SearchPlan::scan) == 0);
  CHECK(plansOf(1) == std::map<SearchPlan, std::size_t>{{SearchPlan::scan, kQueries}});
  CHECK(plansOf(0) == std::map<SearchPlan, std::size_t>{{SearchPlan::none, kQueries}});
  CHECK(plansOf(kRows) == std::map<SearchPlan, std::size_t>{{SearchPlan::graph, kQueries}});
  CHECK(plansOf(kRows / 2) == std::map<SearchPlan, std::size_t>{{SearchPlan::graph, kQueries}});
  // In a smaller store so few are scanned.
  if (kRows / 8 > few) CHECK(plansOf(kRows / 8)[SearchPlan::twoHop] > kQueries / 2);
}

TEST_CASE("walks of part of a store never take much longer than scanning it", "[planner]") {
  const PatternStore store = storeWithDeletes(false);
  for (const auto& [where, name] : kWheres) {
    for (const std::size_t ranks : {kRows / 10, kRows / 4, kRows / 2, kRows - 1}) {
      SearchOptions search;
      search.filter = first(FilterSubject(FilterField::metadata, name), ranks);
      for (const std::size_t query : queries()) {
        SearchReport report;
        slotsOf(store, vectors()[query], search, &report);
        INFO(ranks << " " << name << ", seed " << kSeed);
        CHECK(report.distanceComputations < 4 * ranks + 1000);
      }
    }
  }
}

TEST_CASE("plans and answers are the same each time and after a reload", "[planner]") {
  const PatternStore store = storeWithDeletes(true);
  const PatternStore again = PatternStore::open(store.saveToBytes().value()).value();
  for (const auto& [where, name] : kWheres) {
    for (const std::size_t ranks : {kRows / 9, kRows / 5, kRows / 2}) {
      SearchOptions search;
      search.filter = first(FilterSubject(FilterField::metadata, name), ranks);
      for (const std::size_t query : queries()) {
        SearchReport report, other;
        const auto hits = slotsOf(store, vectors()[query], search, &report);
        const auto same = slotsOf(again, vectors()[query], search, &other);
        REQUIRE(hits.size() == same.size());
        for (std::size_t i = 0; i < hits.size(); ++i) {
          REQUIRE(hits[i].slot == same[i].slot);
          REQUIRE(hits[i].score == same[i].score);
        }
        REQUIRE(report.plan == other.plan);
        REQUIRE(report.distanceComputations == other.distanceComputations);
      }
    }
  }
}
