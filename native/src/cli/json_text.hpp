#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace damask::cli {

/// JSON that keeps its members in the order of writing.
using Json = nlohmann::ordered_json;

/// The text of a JSON value on one line; invalid UTF-8 (of a file name, say) becomes U+FFFD.
std::string jsonText(const Json& value);

}  // namespace damask::cli
