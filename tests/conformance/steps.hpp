#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "damask/damask.hpp"

namespace damask::conformance {

using Json = nlohmann::ordered_json;

/// A pattern with its vector, as a step asks for it.
struct Entry {
  Pattern pattern;
  std::vector<float> embedding;
};

/// What the README of the cases defines.
std::vector<float> vectorOf(std::uint32_t number, std::uint32_t dimension);
Result<Entry> entryOf(std::uint32_t number, std::uint32_t dimension, const Json& set);
Result<std::vector<Entry>> batchOf(const Json& step, std::uint32_t dimension);

Result<StoreOptions> storeOptionsOf(const Json& config);
Result<SearchOptions> searchOptionsOf(const Json& options);
Result<Filter> filterOf(const Json& expression);

}  // namespace damask::conformance
