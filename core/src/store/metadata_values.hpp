#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "damask/error.hpp"
#include "damask/metadata.hpp"

namespace damask {

/// What a pattern has of a declared field; std::monostate: nothing.
using MetadataValue =
    std::variant<std::monostate, std::string, double, bool, std::vector<std::string>>;

/// The values of the declared fields, in their order. `metadata` is the text of a JSON object
/// (isJsonObject), or empty. Errors: invalidArgument, naming the field. Throws std::bad_alloc.
Result<std::vector<MetadataValue>> readMetadata(std::string_view metadata,
                                                std::span<const MetadataField> fields);

}  // namespace damask
