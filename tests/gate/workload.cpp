#include "gate/workload.hpp"

#include <string>

#include "codec/bits.hpp"
#include "support/random.hpp"

namespace damask::testing {
namespace {

constexpr std::size_t kQueries = 100;
constexpr std::uint64_t kSeed = 20;

Pattern patternOf(std::size_t i) {
  Pattern p;
  p.id = "pattern-" + std::to_string(i);
  p.type = i % 3 == 0 ? "test" : "fix";
  p.domain = "domain-" + std::to_string(i % 50);
  p.content = "content of " + std::to_string(i);
  if (i % 4 != 0) p.framework = "framework-" + std::to_string(i % 7);
  if (i % 5 == 0) p.coverage = static_cast<double>(i % 100) / 128.0;
  if (i % 6 == 0) p.verdict = static_cast<Verdict>(1 + i % 3);
  if (i % 8 == 0) p.metadata = "{\"line\":" + std::to_string(i) + "}";
  p.createdAt = static_cast<std::int64_t>(1700000000000 + i);
  return p;
}

// The shapes of search that the workload asks in turn.
SearchOptions searchOf(std::size_t i) {
  SearchOptions o;
  o.k = 1 + i % 20;
  switch (i % 11) {
    case 10:
      o.filter = Filter::any(
          {Filter::all(
               {Filter::compare(FilterField::createdAt, FilterOperator::greater, 1700000001000.5),
                Filter::compare(FilterField::domain, FilterOperator::prefix, "domain-1")}),
           Filter::negation(Filter::exists(FilterField::framework)),
           Filter::oneOf(FilterField::verdict, {"flaky", "success"})});
      break;
    case 8:
      o.mmrLambda = static_cast<double>(i % 7) / 7.0;
      break;
    case 9:
      o.mmrLambda = 0.5;
      o.mmrPool = 100;
      o.type = "fix";
      o.exact = i % 20 == 9;
      break;
    case 1:
      o.ef = 200;
      break;
    case 2:
      o.domain = "domain-" + std::to_string(i % 50);
      break;
    case 3:
      o.type = "test";
      break;
    case 4:
      o.framework = "framework-" + std::to_string(i % 7);
      break;
    case 5:
      o.exact = true;
      break;
    case 6:
      o.threshold = 0.5f;
      break;
    case 7:
      o.type = "fix";
      o.framework = "framework-1";
      o.ef = 50;
      break;
    default:
      break;
  }
  return o;
}

}  // namespace

Workload::Workload(Metric metric, Precision precision, std::uint32_t dimension, std::size_t count)
    : count_(count), vectors_(clusteredVectors(2 * count + kQueries, dimension, kSeed)) {
  options_.metric = metric;
  options_.precision = precision;
  options_.dimension = dimension;
  options_.hnsw = {16, 100, 60};
  options_.indexingThreshold = 200;
  options_.seed = kSeed;
}

Result<void> Workload::insert(PatternStore& store, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    // Every tenth vector is the one before it again, so that ties must be broken.
    const std::size_t row = i % 10 == 9 ? i - 1 : i;
    if (const auto ok = store.upsert(patternOf(i), vectors_[row]); !ok) return ok;
  }
  return {};
}

Result<void> Workload::change(PatternStore& store, std::uint64_t seed, std::ostream& answers) {
  Random random(seed);
  const auto any = [&] { return random.below(static_cast<std::uint32_t>(count_)); };
  for (std::size_t n = 0; n < count_ / 10; ++n) {
    const std::size_t replaced = any();
    if (const auto ok = store.upsert(patternOf(replaced), vectors_[count_ + replaced]); !ok) {
      return ok;
    }
    const auto removed = store.remove("pattern-" + std::to_string(any()));
    if (!removed) return tl::unexpected<Error>(removed.error());
    const auto used = store.recordUsage("pattern-" + std::to_string(any()), Verdict::flaky,
                                        static_cast<std::int64_t>(1800000000000 + n));
    if (!used) return tl::unexpected<Error>(used.error());
    answers << "change " << *removed << *used << '\n';
  }
  return {};
}

Result<void> Workload::batch(PatternStore& store, std::ostream& answers) {
  Random random(kSeed + 1);
  for (const bool commit : {true, false}) {
    for (std::size_t n = 0; n < count_ / 20; ++n) {
      const std::size_t any = random.below(static_cast<std::uint32_t>(2 * count_));
      if (const auto ok = store.stage(patternOf(any), vectors_[any]); !ok) return ok;
    }
    if (const auto ok = search(store, answers); !ok) return ok;
    commit ? store.commitStaged() : store.discardStaged();
    answers << "batch " << store.size() << '\n';
  }
  return {};
}

Result<void> Workload::rebuild(PatternStore& store, RebuildKind kind, std::ostream& answers) {
  if (const auto ok = store.beginRebuild(kind); !ok) return ok;
  for (bool changed = false;; changed = true) {
    const auto done = store.stepRebuild(1 + count_ / 3);
    if (!done) return tl::unexpected<Error>(done.error());
    if (*done) break;
    if (changed) continue;
    if (const auto ok = change(store, kSeed + 2, answers); !ok) return ok;
  }
  if (const auto ok = store.finishRebuild(); !ok) return ok;
  answers << "rebuild " << store.stats().slots << ' ' << store.size() << '\n';
  return search(store, answers);
}

Result<void> Workload::repair(PatternStore& store, std::ostream& answers) const {
  if (const auto ok = store.beginCensus(); !ok) return ok;
  for (bool complete = false; !complete;) {
    const auto census = store.stepCensus(1 + count_ / 3);
    if (!census) return tl::unexpected<Error>(census.error());
    complete = census->has_value();
    if (!complete) continue;
    const GraphCensus& found = **census;
    answers << "census " << found.live << ' ' << found.tombstones << ' ' << found.unreachable << ' '
            << found.links << ' ' << found.linksToTombstones;
    for (const std::uint64_t nodes : found.lowInDegrees) answers << ' ' << nodes;
    answers << '\n';
  }
  for (;;) {
    const auto report = store.stepRepair(5);
    if (!report) return tl::unexpected<Error>(report.error());
    if (!*report) return {};
    answers << "repair " << (*report)->nodes << ' ' << (*report)->linked << '\n';
  }
}

Result<void> Workload::search(const PatternStore& store, std::ostream& answers) const {
  for (std::size_t q = 0; q < kQueries; ++q) {
    SearchReport report;
    const auto hits = store.search(vectors_[2 * count_ + q], searchOf(q), &report);
    if (!hits) return tl::unexpected<Error>(hits.error());
    answers << "search " << q << ' ' << searchPlanName(report.plan) << ' '
            << report.distanceComputations;
    for (const SearchHit& hit : *hits) {
      answers << ' ' << hit.id << ':' << bitCast<std::uint32_t>(hit.score);
    }
    answers << '\n';
  }
  return {};
}

Result<Workload::Snapshots> Workload::run(std::ostream& answers) {
  auto store = PatternStore::create(options_);
  if (!store) return tl::unexpected<Error>(store.error());
  Result<void> ok;
  if (ok = insert(*store, 0, count_ / 2); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = change(*store, kSeed, answers); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = search(*store, answers); !ok) return tl::unexpected<Error>(ok.error());
  auto half = store->saveToBytes();
  if (!half) return tl::unexpected<Error>(half.error());

  auto reloaded = PatternStore::open(*half);
  if (!reloaded) return tl::unexpected<Error>(reloaded.error());
  if (ok = insert(*reloaded, count_ / 2, count_); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = change(*reloaded, kSeed, answers); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = batch(*reloaded, answers); !ok) return tl::unexpected<Error>(ok.error());
  for (const RebuildKind kind : {RebuildKind::compact, RebuildKind::relink}) {
    if (ok = repair(*reloaded, answers); !ok) return tl::unexpected<Error>(ok.error());
    if (ok = rebuild(*reloaded, kind, answers); !ok) return tl::unexpected<Error>(ok.error());
  }
  if (ok = search(*reloaded, answers); !ok) return tl::unexpected<Error>(ok.error());
  auto end = reloaded->saveToBytes();
  if (!end) return tl::unexpected<Error>(end.error());
  return Snapshots{std::move(*half), std::move(*end)};
}

}  // namespace damask::testing
