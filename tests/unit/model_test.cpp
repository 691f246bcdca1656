// A long random life of a store beside a plain std::map that should always say the same.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/oracle.hpp"
#include "support/random.hpp"
#include "support/slow_target.hpp"

namespace {

using namespace damask;
using damask::testing::kSlowTarget;
using damask::testing::Random;
using damask::testing::scoreOf;
using damask::testing::scoreTolerance;
using damask::testing::slotsOf;
using damask::testing::throughCodes;
using Floats = std::vector<float>;

constexpr std::size_t kOperations = 10000 / kSlowTarget;

struct Entry {
  Pattern pattern;
  Floats vector;          // what embedding() gives
  Floats coded;           // what searches compare
  std::uint64_t age = 0;  // by order of arrival: smaller is older
};

class Life {
 public:
  Life(Metric metric, Precision precision, std::uint32_t dimension, std::uint64_t seed)
      : random_(seed) {
    options_.metric = metric;
    options_.precision = precision;
    options_.dimension = dimension;
    options_.hnsw = {8, 40, 30};
    options_.indexingThreshold = 0;
    options_.seed = seed;
    store_.emplace(std::move(*PatternStore::create(options_)));
  }

  void step() {
    const std::uint32_t choice = random_.below(10000);
    if (choice < 2800) return upsert(newId());
    if (choice < 4000) return upsert(someId());
    if (choice < 5400) return remove();
    if (choice < 6200) return recordUsage();
    if (choice < 7400) return read();
    if (choice < 8400) return searchExactly();
    if (choice < 9960) return search();
    if (choice < 9998) return reopen();
    clear();
  }

  void finish() {
    reopen();
    for (const auto& [id, entry] : model_) requireKept(id);
    REQUIRE(store_->stats().sequence == sequence_);
  }

 private:
  std::string newId() { return "id-" + std::to_string(nextId_++); }

  // Mostly one that is there, sometimes one that was, or never was.
  std::string someId() {
    if (model_.empty() || random_.below(10) == 0) {
      return "id-" + std::to_string(random_.below(nextId_ + 1));
    }
    auto it = model_.begin();
    std::advance(it, random_.below(static_cast<std::uint32_t>(model_.size())));
    return it->first;
  }

  std::string word() {
    static const char* const words[] = {"", "unit", "e2e", "payments", "\xC3\xA9t\xC3\xA9"};
    return words[random_.below(5)];
  }

  Floats vector() {
    // Now and then one that is there already: a duplicate.
    if (!model_.empty() && random_.below(20) == 0) return model_[someIdThere()].vector;
    Floats v(options_.dimension);
    for (float& x : v) x = static_cast<float>(random_.between(-1000, 1000)) / 512.0f;
    v[random_.below(options_.dimension)] = 1.5f;
    return v;
  }

  std::string someIdThere() {
    auto it = model_.begin();
    std::advance(it, random_.below(static_cast<std::uint32_t>(model_.size())));
    return it->first;
  }

  Pattern pattern(const std::string& id) {
    Pattern p;
    p.id = id;
    p.type = word();
    p.domain = word();
    if (random_.below(2) == 0) p.framework = word();
    p.content = std::string(random_.below(200), static_cast<char>('a' + random_.below(26)));
    if (random_.below(2) == 0) p.coverage = random_.between(0, 100);
    if (random_.below(2) == 0) p.flakinessScore = random_.between(0, 100) / 100.0;
    if (random_.below(2) == 0) p.verdict = static_cast<Verdict>(random_.between(1, 3));
    if (random_.below(2) == 0) p.createdAt = random_.between(-1000, 1000);
    if (random_.below(2) == 0) p.lastUsed = random_.between(-1000, 1000);
    p.usageCount = random_.below(5);
    if (random_.below(2) == 0) p.metadata = "{\"n\":" + std::to_string(random_.below(99)) + "}";
    return p;
  }

  void upsert(const std::string& id) {
    Entry entry{pattern(id), vector(), {}, ++sequence_};
    const auto done = store_->upsert(entry.pattern, entry.vector);
    INFO((done ? "" : done.error().message));
    REQUIRE(done.has_value());
    entry.coded = throughCodes(options_.metric, entry.vector);
    if (options_.precision == Precision::fixed16) entry.vector = entry.coded;
    model_[id] = entry;
    requireKept(id);
  }

  void remove() {
    const std::string id = someId();
    const bool there = model_.erase(id) != 0;
    REQUIRE(store_->remove(id).value() == there);
    sequence_ += there ? 1 : 0;
    REQUIRE_FALSE(store_->contains(id));
    REQUIRE(store_->size() == model_.size());
  }

  void recordUsage() {
    const std::string id = someId();
    const std::int64_t now = random_.between(0, 1000000);
    std::optional<Verdict> outcome;
    if (random_.below(2) == 0) outcome = static_cast<Verdict>(random_.between(1, 3));
    const auto it = model_.find(id);
    REQUIRE(store_->recordUsage(id, outcome, now).value() == (it != model_.end()));
    if (it == model_.end()) return;
    ++sequence_;
    Pattern& p = it->second.pattern;
    ++p.usageCount;
    p.lastUsed = now;
    if (outcome) p.verdict = outcome;
    requireKept(id);
  }

  void read() {
    const std::string id = someId();
    if (model_.count(id) != 0) return requireKept(id);
    REQUIRE_FALSE(store_->contains(id));
    REQUIRE(store_->get(id).value() == std::nullopt);
    REQUIRE(store_->embedding(id).value() == std::nullopt);
  }

  void requireKept(const std::string& id) {
    const Entry& expected = model_.at(id);
    const auto p = store_->get(id).value();
    REQUIRE(p.has_value());
    const Pattern& e = expected.pattern;
    REQUIRE((p->id == e.id && p->type == e.type && p->domain == e.domain));
    REQUIRE((p->content == e.content && p->framework == e.framework));
    REQUIRE((p->coverage == e.coverage && p->flakinessScore == e.flakinessScore));
    REQUIRE((p->verdict == e.verdict && p->createdAt == e.createdAt));
    REQUIRE((p->lastUsed == e.lastUsed && p->usageCount == e.usageCount));
    REQUIRE(p->metadata == e.metadata);
    REQUIRE(store_->embedding(id).value() == expected.vector);
    REQUIRE(store_->size() == model_.size());
  }

  SearchOptions searchOptions() {
    SearchOptions search;
    search.k = 1 + random_.below(12);
    if (random_.below(3) == 0) search.domain = word();
    if (random_.below(4) == 0) search.type = word();
    if (random_.below(4) == 0) search.framework = word();
    return search;
  }

  struct Scored {
    double score;
    const Entry* entry;
  };

  // Every pattern that matches, best first.
  std::vector<Scored> matches(const Floats& query, const SearchOptions& search) const {
    std::vector<Scored> all;
    for (const auto& [id, entry] : model_) {
      const Pattern& p = entry.pattern;
      if ((search.domain && p.domain != *search.domain) ||
          (search.type && p.type != *search.type) ||
          (search.framework && p.framework != search.framework)) {
        continue;
      }
      all.push_back({scoreOf(options_.metric, query, entry.coded), &entry});
    }
    std::sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) {
      return a.score != b.score ? a.score > b.score : a.entry->age < b.entry->age;
    });
    return all;
  }

  // What holds of any search: as many hits as there can be, all of them matches, each once, with
  // their own scores, best first.
  std::vector<SearchHit> requireAnswer(const Floats& query, const SearchOptions& search,
                                       const std::vector<Scored>& truth) {
    SearchReport report;
    const auto hits = store_->search(query, search, &report).value();
    REQUIRE(hits.size() == std::min(search.k, truth.size()));
    REQUIRE((report.plan == SearchPlan::none) == truth.empty());
    REQUIRE(store_->count(search).value() == truth.size());
    std::map<std::string, double> scores;
    for (const Scored& match : truth) scores[match.entry->pattern.id] = match.score;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      REQUIRE((i == 0 || hits[i].score <= hits[i - 1].score));
      const auto score = scores.find(hits[i].id);
      REQUIRE(score != scores.end());
      REQUIRE(std::abs(score->second - hits[i].score) <= tolerance(query, hits[i].id));
      scores.erase(score);
    }
    if (report.exact) {
      for (std::size_t i = 0; i < hits.size(); ++i) {
        REQUIRE(std::abs(truth[i].score - hits[i].score) <= tolerance(query, hits[i].id));
      }
    }
    return hits;
  }

  double tolerance(const Floats& query, const std::string& id) const {
    return scoreTolerance(options_.metric, query, model_.at(id).coded);
  }

  void searchExactly() {
    const Floats v = vector();
    const Floats query = throughCodes(options_.metric, v);
    SearchOptions search = searchOptions();
    search.exact = true;
    const auto truth = matches(query, search);
    const auto hits = requireAnswer(query, search, truth);
    // Patterns of the same vector score the same, and the older comes first.
    for (std::size_t i = 1; i < hits.size(); ++i) {
      const Entry &before = model_.at(hits[i - 1].id), &after = model_.at(hits[i].id);
      if (before.coded == after.coded) REQUIRE(before.age < after.age);
    }
  }

  void search() {
    const Floats query = throughCodes(options_.metric, vector());
    SearchOptions search = searchOptions();
    if (random_.below(3) == 0) {
      search.ef = static_cast<std::uint32_t>(search.k) + random_.below(40);
    }
    const auto truth = matches(query, search);
    const auto hits = requireAnswer(query, search, truth);
    wanted_ += hits.size();
    for (std::size_t i = 0; i < hits.size(); ++i) {
      const double worst = truth[hits.size() - 1].score;
      if (hits[i].score >= worst - tolerance(query, hits[i].id)) ++found_;
    }
  }

  void reopen() {
    const auto bytes = store_->saveToBytes().value();
    auto opened = PatternStore::open(bytes);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened.has_value());
    REQUIRE(opened->saveToBytes().value() == bytes);
    store_.emplace(std::move(*opened));
    REQUIRE(store_->size() == model_.size());
    std::set<std::string> ids;
    for (auto slot = store_->nextSlot(0); slot; slot = store_->nextSlot(*slot + 1)) {
      ids.emplace(store_->idOf(*slot));
    }
    REQUIRE(ids.size() == model_.size());
    for (const std::string& id : ids) REQUIRE(model_.count(id) == 1);
  }

  void clear() {
    REQUIRE(store_->clear().has_value());
    model_.clear();
    ++sequence_;
    REQUIRE(store_->size() == 0);
  }

 public:
  double recall() const { return static_cast<double>(found_) / static_cast<double>(wanted_); }

 private:
  Random random_;
  StoreOptions options_;
  std::optional<PatternStore> store_;
  std::map<std::string, Entry> model_;
  std::uint32_t nextId_ = 0;
  std::uint64_t sequence_ = 0;
  std::size_t wanted_ = 0, found_ = 0;
};

}  // namespace

TEST_CASE("a store agrees with a plain map over a long random life", "[model]") {
  struct Kind {
    Metric metric;
    Precision precision;
    std::uint32_t dimension;
  };
  for (const Kind& kind : {Kind{Metric::cosine, Precision::fixed16, 19},
                           Kind{Metric::euclidean, Precision::float32, 8},
                           Kind{Metric::dot, Precision::fixed16, 33}}) {
    for (const std::uint64_t seed : {1u, 2u}) {
      Life life(kind.metric, kind.precision, kind.dimension, seed);
      for (std::size_t i = 0; i < kOperations / 2; ++i) {
        INFO(metricName(kind.metric) << ", seed " << seed << ", operation " << i);
        life.step();
      }
      INFO(metricName(kind.metric) << ", seed " << seed << ", recall " << life.recall());
      life.finish();
      REQUIRE(life.recall() >= 0.97);
    }
  }
}
