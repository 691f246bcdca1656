#include "durable/history.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace damask {
namespace {

static_assert(sizeof(History) == sizeof(XXH128_canonical_t));

History hashOf(const void* bytes, std::size_t size) noexcept {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, size));
  History history;
  std::memcpy(history.data(), canonical.digest, history.size());
  return history;
}

}  // namespace

History historyOf(const StoreOptions& o) noexcept {
  std::array<unsigned char, 64> fields{};
  std::size_t size = 0;
  const auto put = [&](std::uint64_t value) {
    for (int i = 0; i < 8; ++i) fields[size++] = static_cast<unsigned char>(value >> (8 * i));
  };
  for (const std::uint64_t value :
       {std::uint64_t{o.dimension}, static_cast<std::uint64_t>(o.metric),
        static_cast<std::uint64_t>(o.precision), std::uint64_t{o.hnsw.m},
        std::uint64_t{o.hnsw.efConstruction}, std::uint64_t{o.hnsw.efSearch}, o.seed,
        std::uint64_t{o.indexingThreshold}}) {
    put(value);
  }
  History history = hashOf(fields.data(), size);
  for (const MetadataField& field : o.metadataFields) {
    const auto kind = static_cast<unsigned char>(field.kind);
    history = extended(history, hashOf(&kind, 1));
    history = extended(history, hashOf(field.name.data(), field.name.size()));
  }
  return history;
}

History historyOf(std::span<const std::byte> change) noexcept {
  return hashOf(change.data(), change.size());
}

History extended(const History& history, const History& change) noexcept {
  std::array<std::byte, 32> both;
  std::copy(history.begin(), history.end(), both.begin());
  std::copy(change.begin(), change.end(), both.begin() + history.size());
  return hashOf(both.data(), both.size());
}

}  // namespace damask
