#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "damask/error.hpp"

namespace damask {

/// What a declared metadata field holds.
enum class MetadataKind : std::uint8_t {
  string = 0,      ///< At most 1024 bytes.
  number = 1,      ///< Finite as a double, to which it is rounded.
  boolean = 2,     ///< true or false.
  stringList = 3,  ///< An array of at most 256 strings of at most 1024 bytes each.
};

/// A member of the metadata's JSON object that filters can look at, as `metadata.<name>`. A pattern
/// may be without it; where it is there, null included, it must be of this kind, and there once.
struct MetadataField {
  std::string name;  ///< 1 to 128 bytes of UTF-8: the member's key, decoded.
  MetadataKind kind = MetadataKind::string;

  friend bool operator==(const MetadataField&, const MetadataField&) = default;
};

std::string_view metadataKindName(MetadataKind kind) noexcept;  ///< "string", ..., "string-list"
Result<MetadataKind> parseMetadataKind(std::string_view name);  ///< Its inverse.

namespace limits {
inline constexpr std::size_t kMaxMetadataFields = 64;
inline constexpr std::size_t kMaxMetadataNameBytes = 128;
inline constexpr std::size_t kMaxMetadataListItems = 256;
}  // namespace limits

}  // namespace damask
