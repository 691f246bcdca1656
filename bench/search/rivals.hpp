#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "side.hpp"

namespace damask::bench {

/// `fast`: with an inner product of our own (support/fast_dot.hpp) plugged into its space, and its
/// memory on huge pages, which is the most that its users do.
std::unique_ptr<Side> makeHnswlib(std::uint32_t dimension, std::size_t count,
                                  const GraphSettings& settings, bool fast);

/// The sides of faiss, by the names that --sides takes; a build without it has one, which says so.
std::vector<std::string> faissSides();
/// Null for an unknown name; throws where this was built without faiss.
std::unique_ptr<Side> makeFaiss(const std::string& name, std::uint32_t dimension);

}  // namespace damask::bench
