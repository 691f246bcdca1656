// Opens whatever bytes there are. What is accepted must be a store like any other: it is searched,
// read, changed, saved and opened again, and nothing may be lost or crash. All are saved, one in
// eight, told by its bytes, is used further: that takes the most time.

#include "bounded_memory.hpp"
#include "support/snapshot_builder.hpp"
#include "use_store.hpp"

namespace damask::testing {
namespace {

/// What opening may allocate beyond twice the file.
constexpr std::size_t kOtherBytes = 16u << 20;

Result<PatternStore> open(std::span<const std::byte> file) {
  const BoundedMemory bounded(2 * file.size() + kOtherBytes);
  return PatternStore::open(file);
}

void use(std::span<const std::byte> file) {
  static_cast<void>(inspectSnapshot(file));
  auto store = open(file);
  if (!store) {
    require(!store.error().message.empty(), "an error has a sentence");
    require(store.error().code != ErrorCode::internal, "no file is an internal error");
    return;
  }
  require(inspectSnapshot(file).has_value(), "what opens can be inspected");
  // The file's own checksums may be wrong: the core was built not to look.
  require(saved(*store) == SnapshotParts::split(file).join(),
          "an accepted file is saved as it was");
  if (!isChosen(file)) return;
  readAll(*store);
  searchAll(*store);
  change(*store);
  readAll(*store);
  searchAll(*store);
  saved(*store);
}

}  // namespace
}  // namespace damask::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  damask::testing::use(std::as_bytes(std::span(data, size)));
  return 0;
}
