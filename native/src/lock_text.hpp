#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "damask/error.hpp"

namespace damask::posix {

/// What a lock file says of its holder: one line of JSON, which js/src/storage/lock_text.ts writes
/// and reads as well.
struct LockHolder {
  std::int64_t pid = 0;
  std::string started;  ///< When the process was started, as /proc has it; or empty.
  std::string boot;     ///< The boot of its machine; or empty.
  std::string host;
  std::string runtime;
  std::string since;  ///< ISO 8601.
  std::string token;  ///< 32 hex digits, which tell this lock from every other.
};

inline constexpr std::size_t kMaxLockBytes = 4096;

std::string lockText(const LockHolder& holder);

/// Errors: locked, for what no writer leaves; it names `path`.
Result<LockHolder> parseLock(std::span<const std::byte> bytes, const std::string& path);

}  // namespace damask::posix
