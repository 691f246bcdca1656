#include "use_store.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "support/small_store.hpp"

namespace damask::testing {
namespace {

std::vector<std::uint32_t> liveSlots(const PatternStore& store) {
  std::vector<std::uint32_t> slots;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    slots.push_back(*slot);
  }
  return slots;
}

void search(const PatternStore& store, std::span<const float> query, const SearchOptions& options) {
  const std::size_t matches = must(store.count(options), "count");
  const auto hits = must(store.search(query, options), "search");
  require(hits.size() == std::min(options.k, matches), "k come back whenever k match");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    require(std::isfinite(hits[i].score), "scores are finite");
    require(i == 0 || hits[i - 1].score >= hits[i].score, "the best come first");
    require(store.contains(hits[i].id), "a hit is live");
    require(ids.insert(hits[i].id).second, "no hit comes twice");
  }
}

}  // namespace

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

bool isChosen(std::span<const std::byte> input) {
  std::uint32_t hash = 0;
  for (const std::byte byte : input) hash = hash * 31 + std::to_integer<std::uint32_t>(byte);
  return (hash >> 16) % 8 == 0;
}

void searchAll(const PatternStore& store) {
  const std::uint32_t dimension = store.options().dimension;
  SearchOptions options;
  options.k = 3;
  options.ef = 3;
  for (const bool exact : {false, true}) {
    options.exact = exact;
    search(store, smallVector(77, dimension), options);
  }
  options.exact = false;
  options.domain = "d1";
  search(store, smallVector(78, dimension), options);
  options.domain.reset();
  options.framework = "f0";
  options.type = "fix";
  search(store, smallVector(79, dimension), options);
}

void readAll(const PatternStore& store) {
  const auto slots = liveSlots(store);
  require(slots.size() == store.size(), "as many live slots as patterns");
  for (const std::uint32_t slot : slots) {
    const auto pattern = must(store.patternAt(slot), "patternAt");
    require(pattern.has_value() && store.idOf(slot) == pattern->id, "a live slot has its pattern");
    const auto found = must(store.get(pattern->id), "get");
    require(found.has_value() && found->content == pattern->content, "an id leads to its pattern");
    const auto embedding = must(store.embedding(pattern->id), "embedding");
    require(embedding.has_value(), "a live slot has its vector");
    for (const float x : *embedding) require(std::isfinite(x), "vectors are finite");
  }
}

void change(PatternStore& store) {
  const std::uint32_t dimension = store.options().dimension;
  require(store.upsert(smallPattern(1000), smallVector(1000, dimension)).has_value(), "upsert");
  const std::string first(store.idOf(liveSlots(store).front()));
  // A count that is as high as can be is the one thing to refuse a use for.
  const auto used = store.recordUsage(first, Verdict::failure, 5);
  require(used ? *used : used.error().code == ErrorCode::invalidArgument, "recordUsage");
  auto pattern = *must(store.get(first), "get");
  require(store.upsert(pattern, smallVector(1001, dimension)).has_value(), "replacing");
  const auto slots = liveSlots(store);
  const std::string middle(store.idOf(slots[slots.size() / 2]));
  require(must(store.remove(middle), "remove"), "it was there");
  require(store.upsert(smallPattern(1002), smallVector(1002, dimension)).has_value(), "upsert");
}

std::vector<std::byte> saved(const PatternStore& store) {
  const auto bytes = must(store.saveToBytes(), "save");
  const PatternStore again = must(PatternStore::open(bytes), "open what was saved");
  require(must(again.saveToBytes(), "save") == bytes, "what was saved is saved the same again");
  return bytes;
}

}  // namespace damask::testing
