// The members of PatternStore that change it.

#include <limits>
#include <new>
#include <string>
#include <system_error>

#include "durable/change.hpp"
#include "store/metadata_values.hpp"
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
  if (pattern.metadata) {
    const auto values = readMetadata(*pattern.metadata, state.options.metadataFields);
    if (!values) return tl::unexpected<Error>(values.error());
  }
  return state.codec.check(embedding, "embedding");
}

/// A change as a journal has it. Throws std::bad_alloc.
template <typename Append, typename... Args>
JournalRecorder::Encoded encode(Append append, const Args&... args) {
  JournalRecorder::Encoded encoded(1);
  append(encoded.front(), args...);
  return encoded;
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
  return impl_->insert(pattern, embedding, Visibility::live);
}

Result<void> PatternStore::stage(const Pattern& pattern, std::span<const float> embedding) {
  return impl_->insert(pattern, embedding, Visibility::staged);
}

Result<void> PatternStore::Impl::insert(const Pattern& pattern, std::span<const float> embedding,
                                        Visibility visibility) {
  try {
    const auto largest = checked(*state, pattern, embedding);
    if (!largest) return tl::unexpected<Error>(largest.error());
    auto change = encode(journal::appendUpsert, pattern, embedding);
    // So that adding to it cannot fail.
    if (stagedChanges.size() == stagedChanges.capacity()) {
      stagedChanges.reserve(2 * stagedChanges.size() + 1);
    }
    const auto inserted = insertPattern(*state, pattern, embedding, *largest, visibility);
    if (!inserted) return inserted;
    if (visibility == Visibility::live) {
      note(std::move(change));
    } else {
      stagedChanges.push_back(historyOf(change.front()));
      if (journal) journal->recordStaged(std::move(change));
    }
    return inserted;
  } catch (const std::bad_alloc&) {
    return noMemory("store one more pattern");
  }
}

void PatternStore::Impl::note(JournalRecorder::Encoded&& change) noexcept {
  state->note(historyOf(change.front()));
  if (journal) journal->record(std::move(change));
}

void PatternStore::commitStaged() noexcept {
  damask::commitStaged(*impl_->state);
  for (const History& change : impl_->stagedChanges) impl_->state->note(change);
  impl_->stagedChanges.clear();
  if (impl_->journal) impl_->journal->commitStaged();
}

void PatternStore::discardStaged() noexcept {
  damask::discardStaged(*impl_->state);
  impl_->stagedChanges.clear();
  if (impl_->journal) impl_->journal->discardStaged();
}

Result<bool> PatternStore::remove(std::string_view id) {
  try {
    if (!impl_->state->records.find(id)) return false;
    auto change = encode(journal::appendRemove, id);
    removePattern(*impl_->state, id);
    impl_->note(std::move(change));
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
    auto change = encode(journal::appendUsage, id, outcome, nowMs);
    impl_->state->records.keepRow(*slot);
    impl_->state->records.recordUsage(*slot, outcome, nowMs);
    impl_->note(std::move(change));
    return true;
  } catch (const std::bad_alloc&) {
    return noMemory("record a use");
  }
}

Result<void> PatternStore::clear() {
  StoreState& old = *impl_->state;
  try {
    if (const auto settled = impl_->refuseStaged("clear"); !settled) return settled;
    auto empty = std::make_shared<StoreState>(old.options, &old.codec.kernels());
    empty->workers = old.workers;
    empty->sequence = old.sequence;
    empty->history = old.history;
    auto change = encode(journal::appendClear);
    impl_->state = std::move(empty);
    cancelRebuild();
    cancelCensus();
    impl_->note(std::move(change));
  } catch (const std::bad_alloc&) {
    return noMemory("make an empty store");
  }
  return {};
}

Result<void> PatternStore::setBuildThreads(std::uint32_t threads) {
  if (threads == 0 || threads > limits::kMaxBuildThreads) {
    return fail(ErrorCode::invalidArgument, "buildThreads is " + std::to_string(threads) +
                                                ", but must be from 1 to " +
                                                std::to_string(limits::kMaxBuildThreads));
  }
  if (threads > 1 && !Workers::hasThreads()) {
    return fail(ErrorCode::unsupported,
                "buildThreads is " + std::to_string(threads) + ", but this engine has no threads");
  }
  try {
    auto workers = std::make_shared<Workers>(threads);
    if (impl_->rebuild) impl_->rebuild->useWorkers(workers);
    impl_->state->workers = std::move(workers);
    return {};
  } catch (const std::bad_alloc&) {
    return noMemory("start threads");
  } catch (const std::system_error& error) {
    return fail(ErrorCode::unsupported, "buildThreads is " + std::to_string(threads) +
                                            ", but they cannot be started: " + error.what());
  }
}

}  // namespace damask
