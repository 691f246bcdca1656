#pragma once

#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace damask {

/// Hashes the keys of one table, keyed by where that table lies in memory. With a hash that anyone
/// can compute, some thousands of ids prepared to collide would make the table double its buckets
/// until no memory is left. Nothing that can be seen depends on a hash.
class KeyedHash {
 public:
  explicit KeyedHash(const void* table) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(table);
    key_ = XXH3_64bits(&address, sizeof address);
  }
  std::size_t operator()(std::string_view text) const noexcept {
    return static_cast<std::size_t>(XXH3_64bits_withSeed(text.data(), text.size(), key_));
  }

 private:
  std::uint64_t key_;
};

}  // namespace damask
