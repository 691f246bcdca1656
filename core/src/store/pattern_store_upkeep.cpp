// The members of PatternStore that keep its index in shape.

#include <new>
#include <string>
#include <utility>

#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"

namespace damask {
namespace {

Result<void> checkCount(const char* field, std::size_t count) {
  if (count != 0) return {};
  return fail(ErrorCode::invalidArgument, std::string(field) + " is 0, but must be at least 1");
}

}  // namespace

Result<void> PatternStore::beginRebuild(RebuildKind kind) {
  try {
    if (kind > RebuildKind::compact) {
      return fail(
          ErrorCode::invalidArgument,
          "kind is " + std::to_string(static_cast<unsigned>(kind)) + ", but must be 0 or 1");
    }
    if (impl_->rebuild) {
      return fail(ErrorCode::invalidState, "a rebuild is under way: finish or cancel it first");
    }
    impl_->rebuild = std::make_unique<Rebuild>(*impl_->state, kind);
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
    impl_->rebuild.reset();
    return noMemory("rebuild the index");
  }
}

Result<void> PatternStore::finishRebuild() {
  try {
    if (!impl_->rebuild) return fail(ErrorCode::invalidState, "no rebuild is under way");
    const RebuildProgress progress = impl_->rebuild->progress(*impl_->state);
    if (!impl_->rebuild->isComplete(*impl_->state)) {
      return fail(ErrorCode::invalidState, "the rebuild has come to " +
                                               std::to_string(progress.done) + " of " +
                                               std::to_string(progress.total));
    }
    impl_->disposal.emplace();
    auto old = std::exchange(impl_->state, impl_->rebuild->finish(*impl_->state));
    impl_->disposal->take(std::move(old), std::move(impl_->rebuild));
    cancelCensus();
    return {};
  } catch (const std::bad_alloc&) {
    impl_->rebuild.reset();
    return noMemory("finish the rebuild");
  }
}

void PatternStore::cancelRebuild() noexcept {
  if (!impl_->rebuild) return;
  try {
    impl_->disposal.emplace().take(nullptr, std::move(impl_->rebuild));
  } catch (const std::bad_alloc&) {
    impl_->rebuild.reset();
  }
}

Result<void> PatternStore::beginCensus() {
  try {
    impl_->repair.reset();
    impl_->census.emplace(impl_->state->graph.view());
    return {};
  } catch (const std::bad_alloc&) {
    cancelCensus();
    return noMemory("begin a census");
  }
}

Result<std::optional<GraphCensus>> PatternStore::stepCensus(std::size_t maxNodes) {
  try {
    if (const auto valid = checkCount("maxNodes", maxNodes); !valid) {
      return tl::unexpected<Error>(valid.error());
    }
    if (!impl_->census || impl_->repair) {
      return fail(ErrorCode::invalidState, "no census is under way");
    }
    const StoreState& s = *impl_->state;
    const bool complete = impl_->census->step(s.graph.view(), s.records.live().data(), maxNodes);
    if (!complete) return std::nullopt;
    const GraphCensus found = impl_->census->found();
    impl_->repair.emplace(std::move(*impl_->census));
    return found;
  } catch (const std::bad_alloc&) {
    cancelCensus();
    return noMemory("look at the links");
  }
}

Result<std::optional<RepairReport>> PatternStore::stepRepair(std::size_t maxNodes) {
  StoreState& s = *impl_->state;
  try {
    if (const auto valid = checkCount("maxNodes", maxNodes); !valid) {
      return tl::unexpected<Error>(valid.error());
    }
    if (!impl_->repair) return fail(ErrorCode::invalidState, "no census is complete");
    if (impl_->repair->isComplete()) return std::nullopt;
    // What was sought for the next nodes was sought by the links as they were.
    s.linker.forgetAll();
    return impl_->repair->step(s.graph, s.codec, s.options.hnsw.efConstruction,
                               s.records.live().data(), maxNodes);
  } catch (const std::bad_alloc&) {
    return noMemory("link patterns");
  }
}

void PatternStore::cancelCensus() noexcept {
  impl_->census.reset();
  impl_->repair.reset();
}

}  // namespace damask
