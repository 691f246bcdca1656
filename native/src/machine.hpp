#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lock_text.hpp"

namespace damask::posix {

/// What became of a lock's holder.
enum class Fate {
  alive,
  dead,
  elsewhere,  ///< On another host, which alone can tell.
};

/// This process, and what it can tell of others: what a lock is judged by.
struct Machine {
  std::int64_t pid = 0;
  std::string started, boot, host;
  /// Whether a process of that number, started then, lives.
  std::function<bool(std::int64_t pid, const std::string& started)> isAlive;

  static Machine current();
  Fate judge(const LockHolder& holder) const;
};

}  // namespace damask::posix
