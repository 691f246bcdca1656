#pragma once

#include <vector>

#include "support/random.hpp"
#include "writer/memory_system.hpp"

namespace damask::testing {

/// What a power failure may leave of a disk at this moment: of what was not synced nothing, all,
/// any of the pages, pages of zeros or of rubbish, or any number of sectors of 512 bytes; of the
/// directory's changes any that were not synced, independent of their order. Files that nobody
/// reads are left out, and so are images that are alike.
std::vector<Image> crashImages(const Disk& disk, Random& random);

/// The one of them in which nothing is that was not synced.
Image leastImage(const Disk& disk);

}  // namespace damask::testing
