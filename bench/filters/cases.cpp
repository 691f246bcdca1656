#include "cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "measure.hpp"
#include "or_throw.hpp"
#include "support/random.hpp"
#include "truth.hpp"

namespace damask::bench {
namespace {

using testing::Random;
using testing::Vectors;

constexpr std::size_t kQueriesOfAnchor = 50;
constexpr std::size_t kMatchings = 50;

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Rows by similarity to `anchor`, nearest first.
std::vector<std::size_t> nearestFirst(const Vectors& rows, std::span<const float> anchor) {
  std::vector<double> scores;
  for (std::size_t row = 0; row < rows.count(); ++row) scores.push_back(dot(rows[row], anchor));
  std::vector<std::size_t> order(rows.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  return order;
}

enum class Where { random, near, far };
constexpr std::pair<Where, const char*> kWheres[] = {
    {Where::random, "random"}, {Where::near, "near query"}, {Where::far, "far from it"}};

std::string alongName(std::size_t anchor) {
  return fmt::format("along{}", anchor);
}

Filter filterOf(Where where, std::size_t anchor, double share) {
  const auto op = where == Where::far ? FilterOperator::greaterOrEqual : FilterOperator::less;
  const FilterSubject subject(FilterField::metadata,
                              where == Where::random ? "random" : alongName(anchor));
  return Filter::compare(subject, op, where == Where::far ? 1 - share : share);
}

/// The same as the filter.
bool holds(Where where, const Ranks::Row& row, std::size_t anchor, double share) {
  if (where == Where::random) return row.random < share;
  return where == Where::near ? row.along[anchor] < share : row.along[anchor] >= 1 - share;
}

/// One pass over the queries; `use` gets each query's hits.
template <typename Use>
std::vector<double> pass(const Dataset& data, const Ranks& ranks, const PatternStore& store,
                         const std::vector<SearchOptions>& options, const Use& use) {
  std::vector<double> latencies;
  std::vector<SlotHit> hits(options[0].k);
  for (std::size_t i = 0; i < ranks.queries.size(); ++i) {
    SearchReport report;
    const auto begin = Clock::now();
    const std::size_t count = orThrow(store.searchSlots(
        data.queries[ranks.queries[i]], options[i % options.size()], hits, &report));
    latencies.push_back(microseconds(Clock::now() - begin));
    use(i, std::span<const SlotHit>(hits).first(count), report);
  }
  return latencies;
}

void append(std::vector<double>& to, const std::vector<double>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Ranks ranksOf(const Vectors& base, const Vectors& queries, std::uint64_t seed) {
  Ranks ranks;
  ranks.rows.resize(base.count());
  const auto size = static_cast<double>(base.count());
  std::vector<std::size_t> shuffled(base.count());
  std::iota(shuffled.begin(), shuffled.end(), std::size_t{0});
  Random random(seed);
  for (std::size_t i = shuffled.size(); i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[random.below(static_cast<std::uint32_t>(i))]);
  }
  for (std::size_t i = 0; i < shuffled.size(); ++i) {
    ranks.rows[shuffled[i]].random = static_cast<double>(i) / size;
  }
  std::vector<std::vector<std::size_t>> near;
  for (std::size_t a = 0; a < kAnchors; ++a) {
    const auto anchor = queries[a * queries.count() / kAnchors];
    const auto order = nearestFirst(base, anchor);
    for (std::size_t i = 0; i < order.size(); ++i) {
      ranks.rows[order[i]].along[a] = static_cast<double>(i) / size;
    }
    near.push_back(nearestFirst(queries, anchor));
  }
  for (std::size_t i = 0; i < std::min(kQueriesOfAnchor, queries.count()); ++i) {
    for (const auto& order : near) ranks.queries.push_back(order[i]);
  }
  return ranks;
}

PatternStore buildStore(const Vectors& base, const Ranks& ranks) {
  StoreOptions options;
  options.dimension = static_cast<std::uint32_t>(base.dimension);
  options.metadataFields.push_back({"random", MetadataKind::number});
  for (std::size_t a = 0; a < kAnchors; ++a) {
    options.metadataFields.push_back({alongName(a), MetadataKind::number});
  }
  PatternStore store = orThrow(PatternStore::create(options));
  for (std::size_t row = 0; row < base.count(); ++row) {
    Pattern pattern;
    pattern.id = std::to_string(row);
    Json metadata = {{"random", ranks.rows[row].random}};
    for (std::size_t a = 0; a < kAnchors; ++a) metadata[alongName(a)] = ranks.rows[row].along[a];
    pattern.metadata = metadata.dump();
    orThrow(store.upsert(pattern, base[row]));
  }
  return store;
}

void measureCases(const Dataset& data, const Ranks& ranks, const PatternStore& store,
                  const FilterSettings& settings, const std::function<void(const Json&)>& sink) {
  SearchOptions plain;
  plain.k = settings.k;
  plain.ef = settings.ef;
  Vectors queries{data.queries.dimension, {}};
  for (const std::size_t q : ranks.queries) {
    queries.values.insert(queries.values.end(), data.queries[q].begin(), data.queries[q].end());
  }
  for (const auto& [where, name] : kWheres) {
    for (const double percent : settings.percents) {
      const double share = percent / 100;
      std::vector<SearchOptions> filtered(kAnchors, plain);
      for (std::size_t a = 0; a < kAnchors; ++a) filtered[a].filter = filterOf(where, a, share);
      const auto truth = exactRows(data.base, queries, settings.k,
                                   [&, place = where](std::size_t query, std::size_t row) {
                                     return holds(place, ranks.rows[row], query % kAnchors, share);
                                   });
      std::size_t found = 0, exact = 0, distances = 0;
      Json plans = Json::object();
      std::vector<double> times, unfiltered;
      const auto ignore = [](std::size_t, std::span<const SlotHit>, const SearchReport&) {};
      for (std::size_t p = 0; p < settings.passes; ++p) {
        append(unfiltered, pass(data, ranks, store, {plain}, ignore));
        append(times, pass(data, ranks, store, filtered,
                           [&](std::size_t i, auto hits, const SearchReport& report) {
                             if (p != 0) return;
                             std::vector<std::int32_t> rows;
                             for (const SlotHit& hit : hits)
                               rows.push_back(static_cast<std::int32_t>(hit.slot));
                             found += hitsAmong(
                                 rows, std::span(truth).subspan(i * settings.k, settings.k));
                             const std::string plan(searchPlanName(report.plan));
                             plans[plan] = plans.value(plan, 0) + 1;
                             exact += report.exact ? 1 : 0;
                             distances += report.distanceComputations;
                           }));
      }
      std::vector<double> matching;
      for (std::size_t i = 1; i <= kMatchings; ++i) {
        SearchOptions fresh = plain;
        fresh.filter = filterOf(where, 0, share * (1 - 1e-9 * static_cast<double>(i)));
        const auto begin = Clock::now();
        orThrow(store.count(fresh));
        matching.push_back(microseconds(Clock::now() - begin));
      }
      const auto there = static_cast<double>(
          std::count_if(truth.begin(), truth.end(), [](std::int32_t row) { return row >= 0; }));
      const double p50 = median(times), base50 = median(unfiltered);
      sink({{"where", name},
            {"percent", percent},
            {"matches", orThrow(store.count(filtered[0]))},
            {"recall", static_cast<double>(found) / there},
            {"p50Us", p50},
            {"unfilteredP50Us", base50},
            {"ratio", p50 / base50},
            {"matchP50Us", median(matching)},
            {"exactShare", static_cast<double>(exact) / static_cast<double>(ranks.queries.size())},
            {"distances",
             static_cast<double>(distances) / static_cast<double>(ranks.queries.size())},
            {"plans", plans}});
    }
  }
}

}  // namespace damask::bench
