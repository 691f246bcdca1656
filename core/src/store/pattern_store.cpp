#include "damask/pattern_store.hpp"

#include <limits>
#include <new>

#include "durable/snapshot_io.hpp"
#include "store/no_memory.hpp"
#include "store/search.hpp"
#include "store/state.hpp"
#include "store/validate.hpp"

namespace damask {
namespace {

SearchScratch& threadScratch() {
  thread_local SearchScratch scratch;
  return scratch;
}

}  // namespace

class PatternStore::Impl {
 public:
  Impl(const StoreOptions& options, const kernels::KernelTable* kernels)
      : state(std::make_unique<StoreState>(options, kernels)) {}
  explicit Impl(std::unique_ptr<StoreState> s) : state(std::move(s)) {}

  /// Throws std::bad_alloc before anything has changed.
  Result<void> upsert(const Pattern& pattern, std::span<const float> embedding, float largest) {
    StoreState& s = *state;
    const Slot slot = s.graph.slots();
    if (slot >= limits::kMaxSlots) {
      return fail(ErrorCode::invalidArgument,
                  "the store has used all of its " + std::to_string(limits::kMaxSlots) + " slots");
    }
    // Half as much again each time, so that n inserts copy O(n) bytes.
    if (slot == s.cold.capacity()) s.reserve(std::max<std::size_t>(64, slot + slot / 2));
    std::vector<std::int8_t> hi(embedding.size());
    const Records::Prepared prepared = s.records.prepare(pattern);

    const ColdFactor cold = s.codec.encode(embedding, largest, hi.data(), s.low.row(slot));
    const Result<void> linked = link(hi.data(), s.codec.hotFactor(cold, hi.data()));
    if (!linked) {
      s.low.erase(slot);
      if (s.graph.slots() > slot) {
        s.cold.push_back({cold.scale, 0});
        s.records.appendDead();
      }
      return linked;
    }
    s.cold.push_back(cold);
    if (s.floats) std::copy(embedding.begin(), embedding.end(), s.floats->row(slot));
    if (const auto replaced = s.records.append(prepared)) eraseVector(*replaced);
    ++s.sequence;
    return {};
  }

  bool remove(std::string_view id) {
    const auto slot = state->records.find(id);
    if (!slot) return false;
    state->records.kill(*slot);
    eraseVector(*slot);
    ++state->sequence;
    return true;
  }

  std::vector<float> embedding(Slot slot) const {
    std::vector<float> v(state->options.dimension);
    if (state->floats) {
      std::copy_n(state->floats->row(slot), v.size(), v.begin());
    } else {
      state->codec.decode(state->planes(slot), state->cold[slot].scale, v);
    }
    return v;
  }

  std::unique_ptr<StoreState> state;

 private:
  Result<void> link(const std::int8_t* hi, HotFactor factor) noexcept {
    try {
      if (auto slot = state->graph.insert(hi, factor); !slot) {
        return tl::unexpected<Error>(std::move(slot.error()));
      }
      return {};
    } catch (const std::bad_alloc&) {
      return noMemory("link a new vector into the graph");
    }
  }

  void eraseVector(Slot slot) noexcept {
    state->low.erase(slot);
    state->cold[slot].selfDot = 0;
    if (state->floats) state->floats->erase(slot);
  }
};

PatternStore::PatternStore(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PatternStore::PatternStore(PatternStore&&) noexcept = default;
PatternStore& PatternStore::operator=(PatternStore&&) noexcept = default;
PatternStore::~PatternStore() = default;

Result<PatternStore> PatternStore::create(const StoreOptions& options) {
  try {
    if (const auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
    const auto kernels = kernels::activeTable();
    if (!kernels) return tl::unexpected<Error>(kernels.error());
    return PatternStore(std::make_unique<Impl>(options, *kernels));
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

StoreStats PatternStore::stats() const noexcept {
  const StoreState& s = *impl_->state;
  StoreStats stats;
  stats.count = s.records.size();
  stats.slots = s.graph.slots();
  stats.sequence = s.sequence;
  stats.graphBytes = s.graph.bytes();
  stats.codeBytes =
      s.low.bytes() + s.cold.capacity() * sizeof(ColdFactor) + (s.floats ? s.floats->bytes() : 0);
  stats.recordBytes = s.records.bytes();
  stats.maxLevel = s.graph.view().maxLevel;
  stats.instructionSet = s.codec.kernels().name;
  return stats;
}

Result<void> PatternStore::upsert(const Pattern& pattern, std::span<const float> embedding) {
  try {
    if (const auto valid = validate(pattern); !valid) return valid;
    const auto largest = impl_->state->codec.check(embedding, "embedding");
    if (!largest) return tl::unexpected<Error>(largest.error());
    return impl_->upsert(pattern, embedding, *largest);
  } catch (const std::bad_alloc&) {
    return noMemory("store one more pattern");
  }
}

Result<bool> PatternStore::remove(std::string_view id) {
  return impl_->remove(id);
}

Result<bool> PatternStore::recordUsage(std::string_view id, std::optional<Verdict> outcome,
                                       std::int64_t nowMs) {
  try {
    if (const auto valid = validate("outcome", outcome); !valid) {
      return tl::unexpected<Error>(valid.error());
    }
    const auto slot = impl_->state->records.find(id);
    if (!slot) return false;
    constexpr std::uint64_t kMostUses = std::numeric_limits<std::uint64_t>::max();
    if (impl_->state->records.row(*slot).usageCount == kMostUses) {
      return fail(ErrorCode::invalidArgument,
                  "usageCount is " + std::to_string(kMostUses) + ", and cannot count one more use");
    }
    impl_->state->records.recordUsage(*slot, outcome, nowMs);
    ++impl_->state->sequence;
    return true;
  } catch (const std::bad_alloc&) {
    return noMemory("say what is wrong");
  }
}

Result<void> PatternStore::clear() {
  StoreState& old = *impl_->state;
  try {
    auto empty = std::make_unique<StoreState>(old.options, &old.codec.kernels());
    empty->sequence = old.sequence + 1;
    impl_->state = std::move(empty);
  } catch (const std::bad_alloc&) {
    return noMemory("make an empty store");
  }
  return {};
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
    return impl_->embedding(slot);
  } catch (const std::bad_alloc&) {
    return noMemory("copy an embedding");
  }
}

Result<std::size_t> PatternStore::searchSlots(std::span<const float> query,
                                              const SearchOptions& options, std::span<SlotHit> hits,
                                              SearchReport* report) const {
  try {
    if (const auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
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
    return impl_->state->records.match(options, threadScratch().matches);
  } catch (const std::bad_alloc&) {
    return noMemory("count the matches");
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
  return records.isLive(slot) ? records.row(slot).id() : std::string_view();
}

Result<void> PatternStore::save(const ByteSink& sink) const {
  try {
    return writeSnapshot(*impl_->state, sink);
  } catch (const std::bad_alloc&) {
    return noMemory("save");
  }
}

Result<std::vector<std::byte>> PatternStore::saveToBytes() const {
  std::vector<std::byte> bytes;
  try {
    bytes.reserve(snapshotBytes(*impl_->state));
    const auto saved = save([&bytes](std::span<const std::byte> chunk) -> Result<void> {
      bytes.insert(bytes.end(), chunk.begin(), chunk.end());
      return {};
    });
    if (!saved) return tl::unexpected<Error>(saved.error());
  } catch (const std::bad_alloc&) {
    return noMemory("save");
  }
  return bytes;
}

}  // namespace damask
