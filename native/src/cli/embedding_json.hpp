#pragma once

#include <string_view>
#include <vector>

#include "failure.hpp"

namespace damask::cli {

/// Reads a JSON array of at most 4096 numbers that are finite as float32, of at most 1 MiB of text.
Outcome<std::vector<float>> parseEmbedding(std::string_view text);

}  // namespace damask::cli
