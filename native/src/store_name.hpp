#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace damask::posix {

/// A file of a store's directory: docs/storage.md names them. Ordered as they are made, but that
/// the journal of a generation may be there before its snapshot.
struct StoreName {
  std::uint64_t generation = 0;  ///< In [1, 999999999999].
  std::uint32_t part = 0;        ///< Of the generation's journal, in [1, 999999]; 0: its snapshot.

  /// The file that `text` names, or none: no other name is a store's, and so no path.
  static std::optional<StoreName> parse(std::string_view text);

  bool isSnapshot() const noexcept { return part == 0; }
  std::string text() const;

  auto operator<=>(const StoreName&) const = default;
};

inline constexpr std::uint64_t kMaxGeneration = 999'999'999'999;

/// The file that says who writes to a store: directory_lock.hpp.
inline constexpr std::string_view kLockFile = "writer.lock";

/// Whether `text` is of a file that is still being written, or was left by a writer that died: a
/// store's name or the lock's, ".tmp-" and 16 hex digits; or the lock's, ".stale-" and as many.
bool isAside(std::string_view text);

}  // namespace damask::posix
