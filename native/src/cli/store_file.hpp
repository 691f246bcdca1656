#pragma once

#include <string>

#include "damask/pattern_store.hpp"
#include "failure.hpp"
#include "posix_replace.hpp"

namespace damask::cli {

/// Opens the snapshot in `path`.
Outcome<PatternStore> loadStore(const std::string& path);

/// Writes `store` to `path` in one step: a reader sees the old file or the new one.
Outcome<void> saveStore(const PatternStore& store, const std::string& path,
                        posix::Existing existing);

}  // namespace damask::cli
