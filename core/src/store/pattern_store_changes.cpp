// The members of PatternStore that change it.

#include <limits>
#include <new>
#include <string>

#include "durable/change.hpp"
#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"
#include "store/validate.hpp"
#include "store/write.hpp"

namespace damask {
namespace {

/// The largest |component| of the embedding, when both may be stored.
Result<float> checked(const StoreState& state, const Pattern& pattern,
                      std::span<const float> embedding) {
  if (const auto valid = validate(pattern); !valid) return tl::unexpected<Error>(valid.error());
  return state.codec.check(embedding, "embedding");
}

/// A change as the journal will have it; nothing without one. Throws std::bad_alloc.
template <typename Append, typename... Args>
JournalRecorder::Encoded encode(const std::optional<JournalRecorder>& journal, Append append,
                                const Args&... args) {
  if (!journal || journal->isEnded()) return {};
  JournalRecorder::Encoded encoded(1);
  append(encoded.front(), args...);
  return encoded;
}

Result<void> insertChecked(StoreState& state, std::optional<JournalRecorder>& journal,
                           const Pattern& pattern, std::span<const float> embedding,
                           Visibility visibility) {
  try {
    const auto largest = checked(state, pattern, embedding);
    if (!largest) return tl::unexpected<Error>(largest.error());
    auto change = encode(journal, journal::appendUpsert, pattern, embedding);
    const auto inserted = insertPattern(state, pattern, embedding, *largest, visibility);
    if (!inserted || !journal) return inserted;
    if (visibility == Visibility::live) {
      journal->record(std::move(change));
    } else {
      journal->recordStaged(std::move(change));
    }
    return inserted;
  } catch (const std::bad_alloc&) {
    return noMemory("store one more pattern");
  }
}

}  // namespace

Result<void> PatternStore::check(const Pattern& pattern, std::span<const float> embedding) const {
  try {
    return checked(*impl_->state, pattern, embedding).map([](float) {});
  } catch (const std::bad_alloc&) {
    return noMemory("check a pattern");
  }
}

Result<void> PatternStore::upsert(const Pattern& pattern, std::span<const float> embedding) {
  return insertChecked(*impl_->state, impl_->journal, pattern, embedding, Visibility::live);
}

Result<void> PatternStore::stage(const Pattern& pattern, std::span<const float> embedding) {
  return insertChecked(*impl_->state, impl_->journal, pattern, embedding, Visibility::staged);
}

void PatternStore::commitStaged() noexcept {
  damask::commitStaged(*impl_->state);
  if (impl_->journal) impl_->journal->commitStaged();
}

void PatternStore::discardStaged() noexcept {
  damask::discardStaged(*impl_->state);
  if (impl_->journal) impl_->journal->discardStaged();
}

Result<bool> PatternStore::remove(std::string_view id) {
  try {
    if (!impl_->state->records.find(id)) return false;
    auto change = encode(impl_->journal, journal::appendRemove, id);
    removePattern(*impl_->state, id);
    if (impl_->journal) impl_->journal->record(std::move(change));
    return true;
  } catch (const std::bad_alloc&) {
    return noMemory("remove a pattern");
  }
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
    auto change = encode(impl_->journal, journal::appendUsage, id, outcome, nowMs);
    impl_->state->records.recordUsage(*slot, outcome, nowMs);
    ++impl_->state->sequence;
    if (impl_->journal) impl_->journal->record(std::move(change));
    return true;
  } catch (const std::bad_alloc&) {
    return noMemory("record a use");
  }
}

Result<void> PatternStore::clear() {
  StoreState& old = *impl_->state;
  try {
    if (const auto settled = impl_->refuseStaged("clear"); !settled) return settled;
    auto empty = std::make_unique<StoreState>(old.options, &old.codec.kernels());
    empty->sequence = old.sequence + 1;
    auto change = encode(impl_->journal, journal::appendClear);
    impl_->state = std::move(empty);
    impl_->rebuild.reset();
    if (impl_->journal) impl_->journal->record(std::move(change));
  } catch (const std::bad_alloc&) {
    return noMemory("make an empty store");
  }
  return {};
}

Result<void> PatternStore::beginRebuild() {
  try {
    if (impl_->rebuild) {
      return fail(ErrorCode::invalidState, "a rebuild is under way: finish or cancel it first");
    }
    impl_->rebuild.emplace(*impl_->state);
    return {};
  } catch (const std::bad_alloc&) {
    return noMemory("begin a rebuild");
  }
}

Result<bool> PatternStore::stepRebuild(std::size_t maxPatterns) {
  try {
    if (!impl_->rebuild) return fail(ErrorCode::invalidState, "no rebuild is under way");
    if (maxPatterns == 0) {
      return fail(ErrorCode::invalidArgument, "maxPatterns is 0, but must be at least 1");
    }
    impl_->rebuild->step(*impl_->state, maxPatterns);
    return impl_->rebuild->isComplete(*impl_->state);
  } catch (const std::bad_alloc&) {
    cancelRebuild();
    return noMemory("rebuild the index");
  }
}

Result<void> PatternStore::finishRebuild() {
  try {
    if (!impl_->rebuild) return fail(ErrorCode::invalidState, "no rebuild is under way");
    const RebuildProgress progress = impl_->rebuild->progress(*impl_->state);
    if (!impl_->rebuild->isComplete(*impl_->state)) {
      return fail(ErrorCode::invalidState, "the rebuild has reached slot " +
                                               std::to_string(progress.done) + " of " +
                                               std::to_string(progress.total));
    }
    impl_->state = impl_->rebuild->finish(*impl_->state);
    impl_->rebuild.reset();
    return {};
  } catch (const std::bad_alloc&) {
    return noMemory("say what is wrong");
  }
}

void PatternStore::cancelRebuild() noexcept {
  impl_->rebuild.reset();
}

}  // namespace damask
