#pragma once

#include <cstddef>
#include <cstdint>

namespace damask {

/// How far PatternStore::replay goes.
struct ReplayOptions {
  /// The first frame that leads beyond this sequence is left out, with all after it.
  std::uint64_t upTo = UINT64_MAX;
  /// Damage ends the replay as a torn end does, also where it is known to be damage: to save what
  /// can be saved of a journal that is otherwise refused.
  bool untilDamage = false;
};

/// What PatternStore::replay found in a journal.
struct ReplayReport {
  std::uint64_t frames = 0;     ///< Whole frames, each one write of its driver.
  std::uint64_t changes = 0;    ///< Changes replayed.
  std::uint64_t sequence = 0;   ///< The store's sequence afterwards.
  std::uint64_t tornBytes = 0;  ///< At the end, of a write that was never acknowledged; ignored.
  bool leftOut = false;         ///< There are frames that ReplayOptions::upTo has left out.
};

}  // namespace damask
