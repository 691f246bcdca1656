#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace damask::cli {

/// What a JSON string in quotes says, or none when `text` is no such string or not in valid UTF-8.
/// Allocates no more than `text` has bytes.
std::optional<std::string> decodeJsonString(std::string_view text);

}  // namespace damask::cli
