// The mutator knows sections: it changes bytes inside of one and puts the file together again with
// a table that fits, for with a broken table nothing behind it is ever reached.

#include <algorithm>
#include <cstring>

#include "support/random.hpp"
#include "support/snapshot_builder.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);

namespace damask::testing {
namespace {

using Bytes = std::vector<std::byte>;

void mutateWith(Bytes& bytes, std::size_t maxSize) {
  const std::size_t size = bytes.size();
  bytes.resize(maxSize);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, maxSize));
}

// The fuzzer's own mutation, but the length stays: rows of fixed size stay where they are.
void mutateInPlace(Bytes& bytes) {
  Bytes mutated = bytes;
  mutateWith(mutated, bytes.size());
  std::copy(mutated.begin(), mutated.end(), bytes.begin());
}

// One small number, or one near a power of two, where a field of 1, 4 or 8 bytes may be.
void writeNumber(Bytes& bytes, Random& random) {
  constexpr std::size_t kWidths[] = {1, 4, 8};
  const std::size_t width = kWidths[random.below(3)];
  if (bytes.size() < 1 + width) return;
  const std::size_t fields = (bytes.size() - 1) / width;
  const std::size_t at = 1 + width * random.below(static_cast<std::uint32_t>(fields));
  std::uint64_t value = random.below(64);
  if (random.below(3) == 0) value = (std::uint64_t{1} << random.below(64)) - random.below(3);
  std::memcpy(&bytes[at], &value, width);
}

// One stretch over another.
void copyWithin(Bytes& bytes, Random& random) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::size_t length = 1 + random.below(std::min(size, 64u));
  const auto last = static_cast<std::uint32_t>(bytes.size() - length) + 1;
  std::memmove(&bytes[random.below(last)], &bytes[random.below(last)], length);
}

void mutateSection(SnapshotParts& parts, Random& random, std::size_t room) {
  auto& part = parts.parts[random.below(static_cast<std::uint32_t>(parts.parts.size()))];
  if (part.bytes.empty()) return;
  switch (random.below(8)) {
    case 0:
      mutateWith(part.bytes, part.bytes.size() + std::min<std::size_t>(room, 64));
      break;
    case 1:
      copyWithin(part.bytes, random);
      break;
    case 2:
    case 3:
    case 4:
      writeNumber(part.bytes, random);
      break;
    default:
      mutateInPlace(part.bytes);
      break;
  }
  // Texts of another length are fine as long as META says so.
  if (part.name == "TEXT" && parts.has("META") && parts["META"].size() >= meta::kEnd) {
    parts.put("META", meta::kTextBytes, std::uint64_t{part.bytes.size() - 1});
  }
}

}  // namespace
}  // namespace damask::testing

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t maxSize, unsigned seed) {
  using namespace damask::testing;
  Random random(seed);
  SnapshotParts parts = SnapshotParts::split(std::as_bytes(std::span(data, size)));
  if (parts.parts.empty() || random.below(32) == 0) return LLVMFuzzerMutate(data, size, maxSize);
  const std::size_t room = maxSize - std::min(maxSize, size);
  for (std::uint32_t i = 0; i <= random.below(3); ++i) mutateSection(parts, random, room);
  const auto file = parts.join();
  if (file.size() > maxSize) return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, file.data(), file.size());
  return file.size();
}
