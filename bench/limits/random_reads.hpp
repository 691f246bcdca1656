#pragma once

#include <cstddef>

#include "host.hpp"

namespace damask::bench {

/// How long reading takes that does nothing else: `reads` of `rows` rows of `bytes` bytes, chosen
/// at random, on large pages where there are some. `allAtOnceUs`: every row can be asked for ahead,
/// as by a scan that knows them; `inBatchesUs`: a batch of rows is known only when the one before
/// has been read, as in a walk. Median of many. Throws std::bad_alloc.
Json randomReads(std::size_t rows, std::size_t bytes, double reads);

}  // namespace damask::bench
