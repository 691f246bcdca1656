#include "damask/pattern_store.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "durable/layout.hpp"
#include "durable/snapshot_io.hpp"
#include "store/bits.hpp"
#include "store/filter_match.hpp"
#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"
#include "store/search.hpp"
#include "store/validate.hpp"

namespace damask {
namespace {

SearchScratch& threadScratch() {
  thread_local SearchScratch scratch;
  return scratch;
}

std::vector<float> embeddingOf(const StoreState& state, Slot slot) {
  std::vector<float> v(state.options.dimension);
  if (state.floats) {
    std::copy_n(state.floats->row(slot), v.size(), v.begin());
  } else {
    state.codec.decode(state.code(slot), state.cold[slot].scale, v);
  }
  return v;
}

void addBytes(StoreStats& stats, const StoreState& s) noexcept {
  stats.graphBytes += s.graph.bytes();
  stats.codeBytes +=
      s.rest.bytes() + s.cold.capacity() * sizeof(ColdFactor) + (s.floats ? s.floats->bytes() : 0);
  stats.recordBytes += s.records.bytes();
}

}  // namespace

PatternStore::PatternStore(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PatternStore::PatternStore(PatternStore&&) noexcept = default;
PatternStore& PatternStore::operator=(PatternStore&&) noexcept = default;
PatternStore::~PatternStore() = default;

Result<PatternStore> PatternStore::create(const StoreOptions& options) {
  try {
    if (const auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
    const auto kernels = kernels::activeTable();
    if (!kernels) return tl::unexpected<Error>(kernels.error());
    return PatternStore(std::make_unique<Impl>(std::make_unique<StoreState>(options, *kernels)));
  } catch (const std::bad_alloc&) {
    return noMemory("create a store");
  }
}

Result<PatternStore> PatternStore::open(std::span<const std::byte> snapshot) {
  try {
    const auto kernels = kernels::activeTable();
    if (!kernels) return tl::unexpected<Error>(kernels.error());
    auto state = readSnapshot(snapshot, *kernels);
    if (!state) return tl::unexpected<Error>(state.error());
    return PatternStore(std::make_unique<Impl>(std::move(*state)));
  } catch (const std::bad_alloc&) {
    return noMemory("open the snapshot");
  }
}

const StoreOptions& PatternStore::options() const noexcept {
  return impl_->state->options;
}
std::size_t PatternStore::size() const noexcept {
  return impl_->state->records.size();
}

bool PatternStore::contains(std::string_view id) const noexcept {
  return impl_->state->records.find(id).has_value();
}

std::optional<RebuildProgress> PatternStore::rebuildProgress() const noexcept {
  if (!impl_->rebuild) return std::nullopt;
  return impl_->rebuild->progress(*impl_->state);
}

StoreStats PatternStore::stats() const noexcept {
  const StoreState& s = *impl_->state;
  StoreStats stats;
  stats.count = s.records.size();
  stats.slots = s.graph.slots();
  stats.linked = s.graph.linked();
  stats.sequence = s.sequence;
  addBytes(stats, s);
  if (impl_->rebuild && impl_->rebuild->isPrepared()) {
    addBytes(stats, impl_->rebuild->state());
    stats.graphBytes += impl_->rebuild->bytes();
  }
  stats.maxLevel = s.graph.view().maxLevel;
  stats.instructionSet = s.codec.kernels().name;
  return stats;
}

std::size_t PatternStore::stagedCount() const noexcept {
  return impl_->state->records.staged().size();
}

Result<std::optional<Pattern>> PatternStore::get(std::string_view id) const {
  const auto slot = impl_->state->records.find(id);
  return slot ? patternAt(*slot) : Result<std::optional<Pattern>>(std::nullopt);
}

Result<std::optional<std::vector<float>>> PatternStore::embedding(std::string_view id) const {
  const auto slot = impl_->state->records.find(id);
  return slot ? embeddingAt(*slot) : Result<std::optional<std::vector<float>>>(std::nullopt);
}

Result<std::optional<Pattern>> PatternStore::patternAt(std::uint32_t slot) const {
  if (!impl_->state->records.isLive(slot)) return std::nullopt;
  try {
    return impl_->state->records.pattern(slot);
  } catch (const std::bad_alloc&) {
    return noMemory("copy a pattern");
  }
}

Result<std::optional<std::vector<float>>> PatternStore::embeddingAt(std::uint32_t slot) const {
  if (!impl_->state->records.isLive(slot)) return std::nullopt;
  try {
    return embeddingOf(*impl_->state, slot);
  } catch (const std::bad_alloc&) {
    return noMemory("copy an embedding");
  }
}

Result<std::size_t> PatternStore::searchSlots(std::span<const float> query,
                                              const SearchOptions& options, std::span<SlotHit> hits,
                                              SearchReport* report) const {
  try {
    if (const auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
    if (options.filter) {
      const auto& fields = impl_->state->options.metadataFields;
      if (const auto valid = validate(*options.filter, fields); !valid) {
        return tl::unexpected<Error>(valid.error());
      }
    }
    const auto largest = impl_->state->codec.check(query, "query");
    if (!largest) return tl::unexpected<Error>(largest.error());
    if (hits.size() < options.k) {
      return fail(ErrorCode::invalidArgument, "hits has room for " + std::to_string(hits.size()) +
                                                  ", but k is " + std::to_string(options.k));
    }
    return searchState(*impl_->state, query, *largest, options, hits, report, threadScratch());
  } catch (const std::bad_alloc&) {
    return noMemory("search");
  }
}

Result<std::vector<SearchHit>> PatternStore::search(std::span<const float> query,
                                                    const SearchOptions& options,
                                                    SearchReport* report) const {
  try {
    if (const auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
    std::vector<SlotHit> slots(options.k);
    const auto count = searchSlots(query, options, slots, report);
    if (!count) return tl::unexpected<Error>(count.error());
    std::vector<SearchHit> hits;
    hits.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
      hits.push_back({std::string(idOf(slots[i].slot)), slots[i].score});
    }
    return hits;
  } catch (const std::bad_alloc&) {
    return noMemory("search");
  }
}

Result<std::size_t> PatternStore::count(const SearchOptions& options) const {
  try {
    if (options.filter) {
      const auto& fields = impl_->state->options.metadataFields;
      if (const auto valid = validate(*options.filter, fields); !valid) {
        return tl::unexpected<Error>(valid.error());
      }
    }
    return matchRecords(impl_->state->records, options, threadScratch()).count;
  } catch (const std::bad_alloc&) {
    return noMemory("count the matches");
  }
}

Result<std::vector<std::uint32_t>> PatternStore::matches(const SearchOptions& options) const {
  try {
    const auto matching = count(options);
    if (!matching) return tl::unexpected<Error>(matching.error());
    std::vector<std::uint32_t> slots;
    slots.reserve(*matching);
    // What was counted, not counted again.
    const auto& found = matchRecords(impl_->state->records, options, threadScratch());
    forEachBit(found.bits, [&slots](Slot slot) { slots.push_back(slot); });
    return slots;
  } catch (const std::bad_alloc&) {
    return noMemory("list the matches");
  }
}

std::optional<std::uint32_t> PatternStore::nextSlot(std::uint32_t from) const noexcept {
  const Records& records = impl_->state->records;
  for (std::size_t slot = from; slot < records.slots(); ++slot) {
    if (records.isLive(static_cast<Slot>(slot))) return static_cast<Slot>(slot);
  }
  return std::nullopt;
}

std::string_view PatternStore::idOf(std::uint32_t slot) const noexcept {
  const Records& records = impl_->state->records;
  return records.isLive(slot) ? records.texts(slot).id() : std::string_view();
}

}  // namespace damask
