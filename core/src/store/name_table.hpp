#pragma once

#include <tsl/robin_set.h>

#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/keyed_hash.hpp"

namespace damask {

/// The distinct values of type, domain and framework, each with a number: filters compare numbers.
class NameTable {
 public:
  NameTable() : index_(0, Hash{this, KeyedHash(this)}, Equal{this}) {
    index_.max_load_factor(0.9f);
  }
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  void reserve(std::size_t names, std::size_t bytes) {
    ends_.reserve(names);
    bytes_.reserve(bytes);
    index_.reserve(names);
  }

  /// The number of a name, new ones in order of arrival. Throws std::bad_alloc, changing nothing.
  std::uint32_t intern(std::string_view name) {
    if (const auto known = find(name)) return *known;
    if (bytes_.size() + name.size() > UINT32_MAX) throw std::bad_alloc();
    const auto number = static_cast<std::uint32_t>(ends_.size());
    bytes_.append(name);
    try {
      ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      index_.insert(number);
    } catch (...) {
      ends_.resize(number);
      bytes_.resize(bytes_.size() - name.size());
      throw;
    }
    return number;
  }

  std::optional<std::uint32_t> find(std::string_view name) const {
    const auto found = index_.find(name);
    if (found == index_.end()) return std::nullopt;
    return *found;
  }

  std::string_view operator[](std::uint32_t number) const noexcept {
    const std::uint32_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }

  std::size_t size() const noexcept { return ends_.size(); }
  std::size_t bytes() const noexcept {
    return bytes_.capacity() + ends_.capacity() * 4 + index_.bucket_count() * 8;
  }

 private:
  struct Hash {
    const NameTable* table;
    KeyedHash hash;
    std::size_t operator()(std::string_view name) const noexcept { return hash(name); }
    std::size_t operator()(std::uint32_t number) const noexcept { return hash((*table)[number]); }
  };
  struct Equal {
    using is_transparent = void;
    const NameTable* table;
    bool operator()(std::uint32_t a, std::uint32_t b) const noexcept { return a == b; }
    bool operator()(std::string_view a, std::uint32_t b) const noexcept { return a == (*table)[b]; }
    bool operator()(std::uint32_t a, std::string_view b) const noexcept { return (*table)[a] == b; }
  };

  std::string bytes_;                // every name, one after the other
  std::vector<std::uint32_t> ends_;  // where each ends
  tsl::robin_set<std::uint32_t, Hash, Equal> index_;
};

}  // namespace damask
