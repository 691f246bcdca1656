// The members of PatternStore that write a snapshot.

#include <new>
#include <string>

#include "store/no_memory.hpp"
#include "store/pattern_store_impl.hpp"

namespace damask {
namespace {

/// As much as is written between two looks at whether it is finished.
constexpr std::size_t kStepBytes = std::size_t{1} << 20;

Result<void> finish(SnapshotWriter& writer, const ByteSink& sink) {
  while (!writer.isFinished()) {
    if (const auto stepped = writer.step(kStepBytes, sink); !stepped) return stepped;
  }
  return {};
}

}  // namespace

Result<void> PatternStore::save(const ByteSink& sink) const {
  try {
    if (const auto settled = impl_->refuseStaged("save"); !settled) return settled;
    SnapshotWriter writer({*impl_->state, SnapshotSource::Moment::now});
    return finish(writer, sink);
  } catch (const std::bad_alloc&) {
    return noMemory("save");
  }
}

Result<std::vector<std::byte>> PatternStore::saveToBytes() const {
  std::vector<std::byte> bytes;
  try {
    if (const auto settled = impl_->refuseStaged("save"); !settled) {
      return tl::unexpected<Error>(settled.error());
    }
    SnapshotWriter writer({*impl_->state, SnapshotSource::Moment::now});
    bytes.reserve(writer.measure());
    const auto saved = finish(writer, [&bytes](std::span<const std::byte> chunk) -> Result<void> {
      bytes.insert(bytes.end(), chunk.begin(), chunk.end());
      return {};
    });
    if (!saved) return tl::unexpected<Error>(saved.error());
  } catch (const std::bad_alloc&) {
    return noMemory("save");
  }
  return bytes;
}

Result<void> PatternStore::beginSnapshot() {
  try {
    if (const auto settled = impl_->refuseStaged("beginSnapshot"); !settled) return settled;
    if (impl_->snapshot) {
      return fail(ErrorCode::invalidState, "a snapshot is under way: finish it or cancel it first");
    }
    impl_->snapshot.emplace(impl_->state);
    return {};
  } catch (const std::bad_alloc&) {
    return noMemory("begin a snapshot");
  }
}

Result<bool> PatternStore::stepSnapshot(std::size_t maxBytes, const ByteSink& sink) {
  try {
    if (!impl_->snapshot) return fail(ErrorCode::invalidState, "no snapshot is under way");
    if (maxBytes == 0) {
      return fail(ErrorCode::invalidArgument, "maxBytes is 0, but must be at least 1");
    }
    SnapshotWriter& writer = impl_->snapshot->writer();
    if (writer.isFinished()) {
      cancelSnapshot();
      return true;
    }
    if (const auto stepped = writer.step(maxBytes, sink); !stepped) {
      cancelSnapshot();
      return tl::unexpected<Error>(stepped.error());
    }
    return false;
  } catch (const std::bad_alloc&) {
    cancelSnapshot();
    return noMemory("write a snapshot");
  }
}

void PatternStore::cancelSnapshot() noexcept {
  impl_->snapshot.reset();
}

}  // namespace damask
