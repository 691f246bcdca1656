#pragma once

#include <string>
#include <vector>

#include "store_files.hpp"

namespace damask::posix {

enum class Soundness {
  sound,
  torn,       ///< A journal whose end was never acknowledged.
  damaged,    ///< Or it cannot be read.
  unchecked,  ///< A journal that continues what is damaged.
};

/// A snapshot, or a journal with all of its parts.
struct CheckedFile {
  StoreName name;  ///< The last part of a journal.
  Soundness soundness = Soundness::sound;
  std::uint64_t bytes = 0;
  std::uint64_t tornBytes = 0;
  std::uint64_t sequence = 0;  ///< Changes of the store after it; 0 unless it is sound or torn.
  std::uint64_t count = 0;     ///< Patterns of the store after it, likewise.
  std::string problem;         ///< A sentence, unless it is sound or torn.
};

/// Opens each snapshot and replays each journal, oldest first.
std::vector<CheckedFile> checkFiles(const StoreFiles& files);

}  // namespace damask::posix
