#pragma once

#include <string>
#include <vector>

#include "store_files.hpp"

namespace damask::posix {

/// What could be had of a damaged directory.
struct SalvagedStore {
  PatternStore store;
  StoreName snapshot;             ///< That it was built on.
  std::vector<std::string> lost;  ///< Sentences: what could not be used of later files, and why.
};

/// The newest snapshot that opens, and the journals from there on as far as they go: whole writes
/// only, in their order. Errors: notASnapshot (there is none), or the newest snapshot's when none
/// opens.
Result<SalvagedStore> salvage(const StoreFiles& files);

}  // namespace damask::posix
