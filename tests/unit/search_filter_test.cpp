// Searches over part of a store: by fields, after deletions, after replacements. As many hits as
// match, up to k, every one of them a match.

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::clusteredVectors;
using damask::testing::kSlowTarget;
using damask::testing::patternWithId;
using damask::testing::Random;
using damask::testing::Recall;
using damask::testing::slotsOf;
using damask::testing::storeOf;
using damask::testing::Vectors;

constexpr std::uint64_t kSeed = 0x66696c746572;
constexpr std::size_t kRows = 3000 / kSlowTarget;
constexpr std::size_t kQueries = 20;
constexpr std::size_t kDimension = 32;

StoreOptions options() {
  StoreOptions o;
  o.dimension = kDimension;
  o.hnsw = {16, 100, 50};
  o.indexingThreshold = 0;
  return o;
}

const Vectors& vectors() {
  static const Vectors all = clusteredVectors(kRows + kQueries, kDimension, kSeed);
  return all;
}

std::span<const float> query(std::size_t i) {
  return vectors()[kRows + i];
}

std::span<const float> rows() {
  return std::span(vectors().values).first(kRows * kDimension);
}

// Every row by similarity to query 0, nearest first.
const std::vector<std::uint32_t>& bySimilarity() {
  static const std::vector<std::uint32_t> order = [] {
    std::vector<double> scores;
    for (std::size_t row = 0; row < kRows; ++row) {
      scores.push_back(testing::scoreOf(Metric::cosine, query(0), vectors()[row]));
    }
    std::vector<std::uint32_t> slots(kRows);
    std::iota(slots.begin(), slots.end(), 0u);
    std::sort(slots.begin(), slots.end(),
              [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    return slots;
  }();
  return order;
}

// The rows cut into five tiers: nearest first, farthest first, or shuffled.
enum class Order { nearest, farthest, random };
constexpr Order kOrders[] = {Order::nearest, Order::farthest, Order::random};
constexpr std::size_t kTiers = 5;

const char* nameOf(Order order) {
  return order == Order::nearest ? "nearest" : order == Order::farthest ? "farthest" : "random";
}

std::vector<std::uint32_t> inOrder(Order by) {
  std::vector<std::uint32_t> order = bySimilarity();
  if (by == Order::farthest) std::reverse(order.begin(), order.end());
  if (by == Order::random) {
    Random random(kSeed);
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
  }
  return order;
}

// 0.1%, 0.9%, 9%, 40% and 50% of the rows.
std::set<std::uint32_t> tierOf(Order by, std::size_t tier) {
  const std::size_t ends[] = {
      0, std::max<std::size_t>(1, kRows / 1000), kRows / 100, kRows / 10, kRows / 2, kRows};
  const auto order = inOrder(by);
  return {order.begin() + static_cast<std::ptrdiff_t>(ends[tier]),
          order.begin() + static_cast<std::ptrdiff_t>(ends[tier + 1])};
}

// Queries a store of which `matching` slots should be found; all the rest must not be.
Recall requireMatches(const PatternStore& store, const std::set<std::uint32_t>& matching,
                      SearchOptions search) {
  REQUIRE(store.count(search).value() == matching.size());
  Recall recall;
  for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{200}}) {
    search.k = k;
    for (std::size_t q = 0; q < kQueries; ++q) {
      SearchReport report;
      search.exact = false;
      const auto hits = slotsOf(store, query(q), search, &report);
      REQUIRE(hits.size() == std::min(k, matching.size()));
      std::set<std::uint32_t> found;
      for (const SlotHit& hit : hits) found.insert(hit.slot);
      REQUIRE(found.size() == hits.size());
      REQUIRE(std::includes(matching.begin(), matching.end(), found.begin(), found.end()));
      REQUIRE((report.plan == SearchPlan::none) == matching.empty());
      if (matching.empty()) continue;

      search.exact = true;
      const auto truth = slotsOf(store, query(q), search);
      REQUIRE(truth.size() == hits.size());
      if (report.exact) {
        for (std::size_t i = 0; i < hits.size(); ++i) REQUIRE(hits[i].slot == truth[i].slot);
      }
      recall.add(hits, truth);
    }
  }
  return recall;
}

template <typename Check>
void forEachTier(Check check) {
  for (const Order by : kOrders) {
    for (std::size_t tier = 0; tier < kTiers; ++tier) {
      const auto slots = tierOf(by, tier);
      INFO(slots.size() << " of " << kRows << ", " << nameOf(by) << ", seed " << kSeed);
      check(by, tier, slots);
    }
  }
}

}  // namespace

TEST_CASE("a filter gives k matches whenever there are k", "[search]") {
  std::vector<Pattern> patterns;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    patterns.push_back(patternWithId(std::to_string(row)));
  }
  forEachTier([&](Order by, std::size_t tier, const std::set<std::uint32_t>& slots) {
    for (const std::uint32_t slot : slots) {
      Pattern& p = patterns[slot];
      if (by == Order::nearest) p.domain = std::to_string(tier);
      if (by == Order::farthest) p.type = std::to_string(tier);
      if (by == Order::random) p.framework = std::to_string(tier);
    }
  });
  PatternStore store = storeOf(options(), {});
  for (std::uint32_t row = 0; row < kRows; ++row)
    REQUIRE(store.upsert(patterns[row], vectors()[row]));
  forEachTier([&](Order by, std::size_t tier, const std::set<std::uint32_t>& slots) {
    SearchOptions search;
    if (by == Order::nearest) search.domain = std::to_string(tier);
    if (by == Order::farthest) search.type = std::to_string(tier);
    if (by == Order::random) search.framework = std::to_string(tier);
    REQUIRE(requireMatches(store, slots, search).value() >= 0.99);
  });
  SearchOptions none;
  none.domain = "none";
  requireMatches(store, {}, none);
}

TEST_CASE("a filter that every pattern matches", "[search]") {
  const PatternStore store = storeOf(options(), rows());
  SearchOptions all;
  all.domain = all.type = "";
  const auto order = bySimilarity();
  REQUIRE(requireMatches(store, {order.begin(), order.end()}, all).value() >= 0.99);
}

TEST_CASE("live patterns are found however many are deleted, and the deleted never", "[search]") {
  const auto bytes = storeOf(options(), rows()).saveToBytes().value();
  forEachTier([&](Order, std::size_t, const std::set<std::uint32_t>& remaining) {
    PatternStore store = std::move(*PatternStore::open(bytes));
    for (std::uint32_t row = 0; row < kRows; ++row) {
      if (remaining.count(row) == 0) REQUIRE(store.remove(std::to_string(row)).value());
    }
    REQUIRE(requireMatches(store, remaining, {}).value() >= 0.99);
  });
  PatternStore store = std::move(*PatternStore::open(bytes));
  for (std::uint32_t row = 0; row < kRows; ++row) {
    REQUIRE(store.remove(std::to_string(row)).value());
  }
  requireMatches(store, {}, {});
}

TEST_CASE("with all but k deleted those k come back, wherever they are", "[search]") {
  PatternStore store = storeOf(options(), rows());
  const auto order = inOrder(Order::farthest);
  const std::set<std::uint32_t> remaining(order.begin(), order.begin() + 10);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    if (remaining.count(row) == 0) REQUIRE(store.remove(std::to_string(row)).value());
  }
  for (std::size_t q = 0; q < kQueries; ++q) {
    std::set<std::uint32_t> found;
    for (const SlotHit& hit : slotsOf(store, query(q), {})) found.insert(hit.slot);
    REQUIRE(found == remaining);
  }
}

TEST_CASE("a replaced vector is never found, and its pattern once", "[search]") {
  PatternStore store = storeOf(options(), rows());
  Random random(kSeed);
  std::vector<std::size_t> vectorOf(kRows);
  std::iota(vectorOf.begin(), vectorOf.end(), std::size_t{0});
  for (std::size_t i = 0; i < kRows / 4; ++i) {
    const std::size_t id = random.below(kRows), v = random.below(kRows);
    REQUIRE(store.upsert(patternWithId(std::to_string(id)), vectors()[v]));
    vectorOf[id] = v;
  }
  REQUIRE(store.size() == kRows);
  SearchOptions search;
  search.k = 20;
  for (std::size_t q = 0; q < kQueries; ++q) {
    for (const bool exact : {false, true}) {
      search.exact = exact;
      const auto hits = store.search(query(q), search).value();
      REQUIRE(hits.size() == 20);
      std::set<std::string> ids;
      for (const SearchHit& hit : hits) {
        ids.insert(hit.id);
        const auto current = vectors()[vectorOf[std::stoul(hit.id)]];
        const double score = testing::scoreOf(Metric::cosine, query(q), current);
        REQUIRE(std::abs(hit.score - score) < 1e-4);
      }
      REQUIRE(ids.size() == 20);
    }
  }
}

TEST_CASE("filters on several fields must all hold", "[search]") {
  const char* const domains[] = {"a", "b", "", "\xC3\xA9"};
  const char* const types[] = {"unit", "", "e2e"};
  const char* const frameworks[] = {"jest", nullptr, ""};
  PatternStore store = storeOf(options(), {});
  std::vector<Pattern> patterns;
  for (std::size_t row = 0; row < 600 / kSlowTarget; ++row) {
    Pattern p = patternWithId(std::to_string(row));
    p.domain = domains[row % 4];
    p.type = types[row / 4 % 3];
    if (frameworks[row / 12 % 3] != nullptr) p.framework = frameworks[row / 12 % 3];
    REQUIRE(store.upsert(p, vectors()[row]));
    patterns.push_back(p);
  }
  for (std::size_t row = 0; row < patterns.size(); row += 5) {
    REQUIRE(store.remove(std::to_string(row)).value());
  }
  const auto choices = [](auto&... names) {
    return std::vector<std::optional<std::string>>{std::nullopt, names...};
  };
  const auto domainChoices = choices("a", "b", "", "\xC3\xA9", "A");
  const auto typeChoices = choices("unit", "", "e2e", "jest");
  const auto frameworkChoices = choices("jest", "", "unit");
  std::size_t matched = 0;
  for (const auto& domain : domainChoices) {
    for (const auto& type : typeChoices) {
      for (const auto& framework : frameworkChoices) {
        SearchOptions search;
        search.domain = domain;
        search.type = type;
        search.framework = framework;
        std::set<std::uint32_t> matching;
        for (std::uint32_t row = 0; row < patterns.size(); ++row) {
          const Pattern& p = patterns[row];
          if (row % 5 != 0 && (!domain || p.domain == *domain) && (!type || p.type == *type) &&
              (!framework || p.framework == framework)) {
            matching.insert(row);
          }
        }
        INFO("domain " << domain.value_or("any") << ", type " << type.value_or("any")
                       << ", framework " << framework.value_or("any"));
        requireMatches(store, matching, search);
        matched += matching.empty() ? 0 : 1;
      }
    }
  }
  REQUIRE(matched > 50);
}

TEST_CASE("a filter, deletions and a threshold together", "[search]") {
  PatternStore store = storeOf(options(), {});
  for (std::uint32_t row = 0; row < kRows; ++row) {
    Pattern p = patternWithId(std::to_string(row));
    p.domain = row % 2 == 0 ? "even" : "odd";
    REQUIRE(store.upsert(p, vectors()[row]));
  }
  for (std::uint32_t row = 0; row < kRows; row += 3) {
    REQUIRE(store.remove(std::to_string(row)).value());
  }
  SearchOptions search;
  search.domain = "even";
  search.k = 50;
  for (std::size_t q = 0; q < kQueries; ++q) {
    search.threshold = std::nullopt;
    search.exact = true;
    const auto all = slotsOf(store, query(q), search);
    search.threshold = all[20].score;
    const auto truth = slotsOf(store, query(q), search);
    search.exact = false;
    const auto hits = slotsOf(store, query(q), search);
    REQUIRE(truth.size() >= 21);
    REQUIRE(hits.size() <= truth.size());
    for (const SlotHit& hit : hits) {
      REQUIRE(hit.score >= all[20].score);
      REQUIRE((hit.slot % 2 == 0 && hit.slot % 3 != 0));
    }
  }
}
