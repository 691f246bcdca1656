#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "damask/metadata.hpp"
#include "graph/block_array.hpp"
#include "store/name_table.hpp"

namespace damask {

/// The declared metadata fields by slot, for filters: derived from the metadata's text, and no part
/// of a snapshot. Strings are numbers in a table of the distinct ones, which keeps those that are
/// gone until the index is rebuilt.
class MetadataColumns {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffu;  ///< Of strings: absent.
  static constexpr std::uint8_t kNoBoolean = 2;

  /// A column has the vector of its kind alone.
  struct Column {
    MetadataKind kind = MetadataKind::string;
    std::vector<std::uint32_t> strings;  ///< Of a list: one after the other; an empty one is kNone.
    std::vector<double> numbers;         ///< NaN: absent.
    std::vector<std::uint8_t> booleans;
    std::vector<std::uint64_t> ends;  ///< Of a list: where each slot's strings end. None: absent.
  };

  explicit MetadataColumns(std::span<const MetadataField> fields);

  const Column& column(std::size_t field) const noexcept { return columns_[field]; }
  const NameTable& texts() const noexcept { return texts_; }
  std::size_t bytes() const noexcept;

  /// Makes room for `slots` slots, but for lists' strings. Throws std::bad_alloc.
  void reserve(std::size_t slots);

  /// A row ready to be appended.
  struct Row {
    std::vector<double> numbers;         ///< Of each field; booleans too.
    std::vector<std::uint32_t> strings;  ///< Of each field that is a string, and each list's.
    std::vector<std::uint32_t> counts;   ///< Of each field: how many of `strings`.
  };
  /// The values of a JSON object that readMetadata() takes; "" has none. Makes room. Throws
  /// std::bad_alloc, changing nothing that can be seen.
  Row prepare(std::string_view metadata, std::span<const MetadataField> fields);

  /// Cannot fail after prepare().
  void append(const Row& row) noexcept;
  /// A row without values. Cannot fail after prepare() or reserve().
  void appendNone() noexcept;
  void erase(Slot slot) noexcept;

 private:
  void appendNumber(Column& column, double value) noexcept;

  std::vector<Column> columns_;
  NameTable texts_;
  std::size_t slots_ = 0;
};

}  // namespace damask
