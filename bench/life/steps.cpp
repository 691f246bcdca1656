#include "steps.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>

#include "measure.hpp"
#include "or_throw.hpp"
#include "support/random.hpp"
#include "truth.hpp"

namespace damask::bench {
namespace {

using testing::Random;
using testing::Vectors;

constexpr std::size_t kInserted = 1000;

using Sides = std::vector<std::unique_ptr<LifeSide>>;

Sides sidesOf(const LifeSettings& s) {
  const auto dimension = static_cast<std::uint32_t>(s.base.dimension);
  Sides sides;
  sides.push_back(std::make_unique<DamaskLife>(dimension, s.graph, std::span<const Numbers>()));
  if (s.rival) {
    sides.push_back(makeHnswlibLife(dimension, s.base.count() + s.more.count(), s.graph));
  }
  return sides;
}

void putAll(LifeSide& side, const Vectors& rows) {
  for (std::uint32_t id = 0; id < rows.count(); ++id) side.put(id, rows[id]);
}

/// Rows that chance picks, the same ones for every side.
std::vector<std::uint32_t> chosenRows(const LifeSettings& s) {
  std::vector<std::uint32_t> rows(s.base.count());
  std::iota(rows.begin(), rows.end(), 0u);
  Random random(s.seed);
  for (std::size_t i = rows.size(); i > 1; --i) {
    std::swap(rows[i - 1], rows[random.below(static_cast<std::uint32_t>(i))]);
  }
  rows.resize(std::min(rows.size() * 3 / 10, s.more.count()));
  return rows;
}

void add(Json& row, const std::string& prefix, std::vector<double> latencies) {
  const Latencies all = summarise(latencies);
  const auto key = [&](const char* name) {
    if (prefix.empty()) return std::string(name);
    std::string text = prefix + name;
    text[prefix.size()] = static_cast<char>(std::toupper(text[prefix.size()]));
    return text;
  };
  row[key("p50Us")] = all.p50Us;
  row[key("p95Us")] = all.p95Us;
  row[key("p99Us")] = all.p99Us;
  row[key("p999Us")] = all.p999Us;
  row[key("meanUs")] = all.meanUs;
}

using Search = std::function<std::size_t(std::span<const float>, std::span<std::int32_t>)>;

/// Recall against `truth` (k a query, -1: no more), results a query, and latencies.
Json searchRow(const LifeSettings& s, const std::vector<std::int32_t>& truth,
               const Search& search) {
  std::vector<std::int32_t> ids(s.k);
  std::vector<double> latencies;
  std::size_t hits = 0, found = 0;
  for (std::size_t pass = 0; pass <= s.passes; ++pass) {
    for (std::size_t q = 0; q < s.queries.count(); ++q) {
      const auto begin = Clock::now();
      const std::size_t count = search(s.queries[q], ids);
      if (pass > 0) {
        latencies.push_back(microseconds(Clock::now() - begin));
        continue;
      }
      found += count;
      hits += hitsAmong(std::span(ids).first(count), std::span(truth).subspan(q * s.k, s.k));
    }
  }
  const auto there = static_cast<double>(
      std::count_if(truth.begin(), truth.end(), [](std::int32_t row) { return row >= 0; }));
  Json row = {{"recall", static_cast<double>(hits) / there},
              {"results", static_cast<double>(found) / static_cast<double>(s.queries.count())}};
  add(row, "", std::move(latencies));
  return row;
}

Json labelled(const std::string& what, const std::string& which, const std::string& side,
              const Json& figures) {
  Json row = {{"what", what}, {"case", which}, {"side", side}};
  row.update(figures);
  return row;
}

/// One number of a row that chance gave it, and its rank along a direction of the vectors.
std::vector<Numbers> numbersOf(const LifeSettings& s) {
  Random random(s.seed + 1);
  std::vector<Numbers> numbers(s.base.count());
  std::vector<std::pair<float, std::size_t>> along;
  const auto direction = s.queries[0];
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    numbers[row].random = static_cast<double>(random.next() >> 11) / 9007199254740992.0;
    const auto v = s.base[row];
    along.emplace_back(-std::inner_product(v.begin(), v.end(), direction.begin(), 0.0f), row);
  }
  std::sort(along.begin(), along.end());
  for (std::size_t rank = 0; rank < along.size(); ++rank) {
    numbers[along[rank].second].correlated =
        static_cast<double>(rank) / static_cast<double>(along.size());
  }
  return numbers;
}

/// Two threads get in one after the other, where a plain mutex lets the one that left return at
/// once.
class FairLock {
 public:
  void lock() {
    const std::uint64_t mine = next_.fetch_add(1);
    while (serving_.load(std::memory_order_acquire) != mine) std::this_thread::yield();
  }
  void unlock() { serving_.fetch_add(1, std::memory_order_release); }

 private:
  std::atomic<std::uint64_t> next_{0}, serving_{0};
};

}  // namespace

void measureFilters(const LifeSettings& s, const RowSink& sink) {
  const auto numbers = numbersOf(s);
  DamaskLife damask(static_cast<std::uint32_t>(s.base.dimension), s.graph, numbers);
  putAll(damask, s.base);
  for (const bool correlated : {false, true}) {
    for (const double below : {0.01, 0.1, 0.5}) {
      const auto truth = exactRows(s.base, s.queries, s.k, [&](std::size_t, std::size_t row) {
        return (correlated ? numbers[row].correlated : numbers[row].random) < below;
      });
      Json plans = Json::object();
      Json row = searchRow(s, truth, [&](auto query, auto ids) {
        SearchReport report;
        const auto count = damask.searchWithin(query, s.ef, {correlated, below}, ids, report);
        const std::string plan(searchPlanName(report.plan));
        plans[plan] = plans.value(plan, 0) + 1;
        return count;
      });
      row["plans"] = plans;
      const auto which = std::to_string(static_cast<int>(below * 100)) +
                         (correlated ? "% along a direction" : "% at random");
      sink(labelled("filter", which, "damask", row));
    }
  }
}

void measureDeletes(const LifeSettings& s, const RowSink& sink) {
  const auto removed = chosenRows(s);
  std::vector<bool> gone(s.base.count());
  for (const std::uint32_t row : removed) gone[row] = true;
  const auto truth =
      exactRows(s.base, s.queries, s.k, [&](std::size_t, std::size_t row) { return !gone[row]; });
  for (const auto& side : sidesOf(s)) {
    putAll(*side, s.base);
    const auto search = [&](auto query, auto ids) { return side->search(query, s.ef, ids); };
    const auto begin = Clock::now();
    for (const std::uint32_t row : removed) side->remove(row);
    const double seconds = secondsSince(begin);
    Json row = searchRow(s, truth, search);
    row["removeUs"] = seconds * 1e6 / static_cast<double>(removed.size());
    sink(labelled("deleted", "30% of the rows", side->name(), row));
    auto* damask = dynamic_cast<DamaskLife*>(side.get());
    if (damask == nullptr) continue;
    const auto rebuilding = Clock::now();
    orThrow(damask->store().beginRebuild());
    while (!orThrow(damask->store().stepRebuild(1000))) continue;
    orThrow(damask->store().finishRebuild());
    const double rebuilt = secondsSince(rebuilding);
    row = searchRow(s, truth, search);
    row["rebuildSeconds"] = rebuilt;
    sink(labelled("deleted", "30% of the rows, then rebuilt", side->name(), row));
  }
}

void measureReplacements(const LifeSettings& s, const RowSink& sink) {
  const auto replaced = chosenRows(s);
  Vectors now = s.base;
  for (std::size_t i = 0; i < replaced.size(); ++i) {
    const auto v = s.more[i];
    std::copy(v.begin(), v.end(),
              now.values.begin() + static_cast<std::ptrdiff_t>(replaced[i] * now.dimension));
  }
  const auto truth = exactRows(now, s.queries, s.k);
  for (const auto& side : sidesOf(s)) {
    putAll(*side, s.base);
    std::vector<double> latencies;
    for (const std::uint32_t row : replaced) {
      const auto begin = Clock::now();
      side->put(row, now[row]);
      latencies.push_back(microseconds(Clock::now() - begin));
    }
    Json row =
        searchRow(s, truth, [&](auto query, auto ids) { return side->search(query, s.ef, ids); });
    add(row, "replace", std::move(latencies));
    sink(labelled("replaced", "30% of the rows", side->name(), row));
  }
}

void measureInserts(const LifeSettings& s, const RowSink& sink) {
  for (const auto& side : sidesOf(s)) {
    putAll(*side, s.base);
    for (const bool beside : {false, true}) {
      FairLock lock;
      std::atomic<bool> over{!beside};
      std::vector<double> inserts, searches;
      std::thread searcher([&] {
        std::vector<std::int32_t> ids(s.k);
        for (std::size_t q = 0; !over; q = (q + 1) % s.queries.count()) {
          const auto begin = Clock::now();
          const std::lock_guard guard(lock);
          side->search(s.queries[q], s.ef, ids);
          searches.push_back(microseconds(Clock::now() - begin));
        }
      });
      const std::size_t half = std::min(kInserted, s.more.count() / 2);
      const auto first = static_cast<std::uint32_t>(s.base.count() + (beside ? half : 0));
      for (std::uint32_t i = 0; i < half; ++i) {
        const auto begin = Clock::now();
        const std::lock_guard guard(lock);
        side->put(first + i, s.more[(beside ? half : 0) + i]);
        inserts.push_back(microseconds(Clock::now() - begin));
      }
      over = true;
      searcher.join();
      Json row = Json::object();
      add(row, "", std::move(inserts));
      if (!searches.empty()) add(row, "search", std::move(searches));
      sink(labelled("insert", beside ? "beside searches" : "alone", side->name(), row));
    }
  }
}

}  // namespace damask::bench
