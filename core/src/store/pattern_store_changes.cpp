// The members of PatternStore that change it.

#include <limits>
#include <new>
#include <string>

#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"
#include "store/validate.hpp"
#include "store/write.hpp"

namespace damask {
namespace {

Result<void> insertChecked(StoreState& state, const Pattern& pattern,
                           std::span<const float> embedding, Visibility visibility) {
  try {
    if (const auto valid = validate(pattern); !valid) return valid;
    const auto largest = state.codec.check(embedding, "embedding");
    if (!largest) return tl::unexpected<Error>(largest.error());
    return insertPattern(state, pattern, embedding, *largest, visibility);
  } catch (const std::bad_alloc&) {
    return noMemory("store one more pattern");
  }
}

}  // namespace

Result<void> PatternStore::upsert(const Pattern& pattern, std::span<const float> embedding) {
  return insertChecked(*impl_->state, pattern, embedding, Visibility::live);
}

Result<void> PatternStore::stage(const Pattern& pattern, std::span<const float> embedding) {
  return insertChecked(*impl_->state, pattern, embedding, Visibility::staged);
}

void PatternStore::commitStaged() noexcept {
  damask::commitStaged(*impl_->state);
}

void PatternStore::discardStaged() noexcept {
  damask::discardStaged(*impl_->state);
}

Result<bool> PatternStore::remove(std::string_view id) {
  return removePattern(*impl_->state, id);
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
    if (const auto settled = impl_->refuseStaged("clear"); !settled) return settled;
    auto empty = std::make_unique<StoreState>(old.options, &old.codec.kernels());
    empty->sequence = old.sequence + 1;
    impl_->state = std::move(empty);
    impl_->rebuild.reset();
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
    if (auto stepped = impl_->rebuild->step(*impl_->state, maxPatterns); !stepped) {
      cancelRebuild();
      return tl::unexpected<Error>(std::move(stepped.error()));
    }
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
